// What an alignment computes again in float64 to check itself.
#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/align/alignment.h"
#include "core/align/checked_parts.h"
#include "core/align/result_notes.h"
#include "core/problem/needs_double.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/least_memory.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::HasSubstr;

// Parts of an alignment of so many layers, times and folds.
void ExpectToCoverAll(int layers, int times, int folds, bool one_fold) {
  SCOPED_TRACE(absl::StrCat(layers, " layers, ", times, " times, ", folds, " folds, ", one_fold));
  std::set<int> layers_seen;
  std::set<int> folds_seen;
  std::set<std::tuple<int, int, int>> cells;
  std::int64_t drawn = 0;
  for (const CheckedPart& part : DrawParts(layers, times, folds, one_fold)) {
    EXPECT_TRUE(std::is_sorted(part.layers.begin(), part.layers.end()));
    EXPECT_GE(part.time, 0);
    EXPECT_LT(part.time, times);
    EXPECT_TRUE(!one_fold || part.folds.size() == 1);
    layers_seen.insert(part.layers.begin(), part.layers.end());
    folds_seen.insert(part.folds.begin(), part.folds.end());
    drawn += part.cells();
    for (const int layer : part.layers) {
      for (const int fold : part.folds) cells.insert({layer, part.time, fold});
    }
  }
  EXPECT_EQ(static_cast<int>(layers_seen.size()), layers);
  EXPECT_EQ(static_cast<int>(folds_seen.size()), folds);
  EXPECT_EQ(static_cast<std::int64_t>(cells.size()), drawn) << "no cell twice";
  EXPECT_LE(drawn + std::min(folds, 40), 200);
  EXPECT_GE(drawn + std::min(folds, 40), CellsToCheck(layers, times, folds) * 3 / 4);
}

TEST(CheckedPartsTest, CoverEachLayerAndFoldWithinTheirNumber) {
  for (const int layers : {1, 3, 9, 28, 96}) {
    for (const int times : {1, 20, 166, 1000}) {
      for (const int folds : {2, 5, 10}) {
        for (const bool one_fold : {false, true}) ExpectToCoverAll(layers, times, folds, one_fold);
      }
    }
  }
}

TEST(CheckedPartsTest, EightCellsAreCheckedWhereverTheBestScoreIs) {
  for (const int layers : {1, 2, 3}) {
    for (const int times : {1, 2, 3, 5}) {
      for (const int folds : {2, 3, 5, 7, 10}) {
        for (const bool one_fold : {false, true}) {
          const std::vector<CheckedPart> parts = DrawParts(layers, times, folds, one_fold);
          std::set<std::tuple<int, int, int>> drawn;
          for (const CheckedPart& part : parts) {
            for (const int layer : part.layers) {
              for (const int fold : part.folds) drawn.insert({layer, part.time, fold});
            }
          }
          std::size_t fewest = 1000;
          for (int layer = 0; layer < layers; ++layer) {
            for (int time = 0; time < times; ++time) {
              std::set<std::tuple<int, int, int>> all = drawn;
              for (int fold = 0; fold < folds; ++fold) all.insert({layer, time, fold});
              fewest = std::min(fewest, all.size());
            }
          }
          EXPECT_GE(static_cast<int>(fewest), std::min(8, layers * times * folds))
              << layers << " layers, " << times << " times, " << folds << " folds";
          EXPECT_EQ(static_cast<std::int64_t>(fewest), CertainCells(parts, folds));
        }
      }
    }
  }
}

TEST(CheckedPartsTest, OneInAHundredAtLeastEightAtMostTwoHundred) {
  EXPECT_EQ(CellsToCheck(1, 1, 5), 5);
  EXPECT_EQ(CellsToCheck(4, 20, 5), 8);
  EXPECT_EQ(CellsToCheck(10, 100, 5), 50);
  EXPECT_EQ(CellsToCheck(28, 166, 5), 200);
}

TEST(CheckedPartsTest, TheBestScoreIsFoundInWhateverOrderTilesCame) {
  TileScores first;
  first.tile = {0, 2, 0, 2};
  first.score = {0.1, 0.5, 0.2, 0.5};
  TileScores second;
  second.index = 1;
  second.tile = {0, 2, 2, 1};
  second.score = {0.4, 0.3};
  for (const auto& tiles : {std::vector{first, second}, std::vector{second, first}}) {
    const CheckedPart part = BestPart(tiles, 3);
    EXPECT_EQ(part.layers, std::vector<int>{0});
    EXPECT_EQ(part.time, 1);
    EXPECT_EQ(part.folds, (std::vector<int>{0, 1, 2}));
  }
}

int CheckCount(const Alignment& alignment) {
  return static_cast<int>(alignment.plan().checks.size());
}

struct ComputedTiles {
  std::unique_ptr<Alignment> alignment;
  std::vector<TileScores> tiles;
};

ComputedTiles ComputeTiles(int words, const AlignmentOptions& options) {
  SimulatedShape shape;
  shape.words = words;
  shape.dims = 30;
  shape.times = 12;
  ComputedTiles run;
  const CancelFlag cancel{false};
  auto alignment = Alignment::Create(SimulateRecording(shape), options, nullptr);
  EXPECT_TRUE(alignment.ok()) << alignment.status();
  run.alignment = *std::move(alignment);
  PrepareAll(*run.alignment);
  for (int index = 0; index < static_cast<int>(run.alignment->tiles().size()); ++index) {
    auto scores = run.alignment->Compute(index, cancel);
    EXPECT_TRUE(scores.ok()) << scores.status();
    run.tiles.push_back(*std::move(scores));
  }
  return run;
}

TEST(CheckedPartsTest, ACellIsCountedOnce) {
  const CheckedPart best = {{2}, 3, {0, 1, 2}};
  EXPECT_EQ(CountNewCells({{1, 2}, 3, {1}}, {best}), 1);
  EXPECT_EQ(CountNewCells({{1, 2}, 4, {1}}, {best}), 2);
  EXPECT_EQ(CountNewCells({{2}, 3, {0, 1, 2}}, {best}), 0);
  EXPECT_EQ(CountNewCells({{2}, 3, {0, 3}}, {best, {{2}, 3, {3}}}), 0);
}

class SelfCheckTest : public testing::TestWithParam<std::tuple<Preset, Direction, int>> {
 protected:
  static AlignmentOptions Options() {
    AlignmentOptions options;
    options.preset = std::get<0>(GetParam());
    options.direction = std::get<1>(GetParam());
    options.pca = std::get<2>(GetParam());
    return options;
  }

  // Of all checks.
  static SelfCheck CheckAll(const ComputedTiles& run) {
    const CancelFlag cancel{false};
    SelfCheck all;
    for (int index = 0; index < CheckCount(*run.alignment); ++index) {
      const auto check = run.alignment->Check(index, run.tiles, cancel);
      EXPECT_TRUE(check.ok()) << check.status();
      if (!check.ok()) return all;
      all.cells += check->cells;
      all.largest_difference = std::max(all.largest_difference, check->largest_difference);
    }
    return all;
  }
};

TEST_P(SelfCheckTest, FindsSinglePrecisionRightWhereItServes) {
  const ComputedTiles run = ComputeTiles(2500, Options());
  EXPECT_EQ(run.alignment->spec().precision_used(), Precision::kExact);
  const SelfCheck check = CheckAll(run);
  EXPECT_GE(check.cells, 8);
  EXPECT_LE(check.cells, 200);
  EXPECT_LT(check.largest_difference, 1e-6);
  EXPECT_GT(check.largest_difference, 0) << "it compared what it was given with itself";
}

TEST_P(SelfCheckTest, FindsAWrongBestScore) {
  for (const int words : {1000, 2500}) {
    ComputedTiles run = ComputeTiles(words, Options());
    const CheckedPart best = BestPart(run.tiles, 5);
    for (TileScores& scores : run.tiles) {
      const int l = best.layers.front() - scores.tile.layer_begin;
      const int t = best.time - scores.tile.time_begin;
      if (l < 0 || l >= scores.tile.layer_count || t < 0 || t >= scores.tile.time_count) continue;
      scores.score_per_fold[static_cast<std::size_t>(
          (3 * scores.tile.layer_count + l) * scores.tile.time_count + t)] += 1e-4;
    }
    const CancelFlag cancel{false};
    const auto check = run.alignment->Check(0, run.tiles, cancel);
    if (words > 2048) {  // held in float32
      EXPECT_THAT(WhyDouble(check.status()).value_or(""), HasSubstr("differs by 0.0001"));
    } else {
      ASSERT_TRUE(check.ok()) << check.status();
      EXPECT_NEAR(check->largest_difference, 1e-4, 1e-9);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Routes, SelfCheckTest,
                         testing::Combine(testing::Values(Preset::kPaper, Preset::kStrict),
                                          testing::Values(Direction::kBrainToModel,
                                                          Direction::kModelToBrain),
                                          testing::Values(0, 7)),
                         [](const auto& one) {
                           return absl::StrCat(
                               std::get<0>(one.param) == Preset::kPaper ? "Paper" : "Strict",
                               std::get<1>(one.param) == Direction::kBrainToModel ? "BrainToModel"
                                                                                  : "ModelToBrain",
                               std::get<2>(one.param));
                         });

TEST(SelfCheckOfARunTest, IsInTheResult) {
  AlignmentOptions options;
  SimulatedShape shape;
  auto alignment = Alignment::Create(SimulateRecording(shape), options, nullptr);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  const auto result = RunAlignment(**alignment, 2, cancel, nullptr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GE(result->self_check.cells, 8);
  EXPECT_LT(result->self_check.largest_difference, 1e-12);
  EXPECT_FALSE(result->self_check.fell_back);
}

// However much they cost: with many folds and columns the best score alone costs more than checks
// may take otherwise.
TEST(SelfCheckOfARunTest, TheBestScoreIsCheckedInLargeJobsToo) {
  SimulatedShape shape;
  shape.words = 2500;
  shape.sensors = 150;
  shape.times = 2;
  shape.layers = 1;
  shape.dims = 300;
  for (const int folds : {5, 8, 10}) {
    AlignmentOptions options;
    options.preset = Preset::kPaper;
    options.selection = Selection::kGcv;
    options.folds = folds;
    const auto alignment = Alignment::Create(SimulateRecording(shape), options, nullptr);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    EXPECT_GE(CheckCount(**alignment), 1) << folds << " folds";
  }
}

TEST(SelfCheckOfARunTest, AnObservedDifferenceInFloat64IsTold) {
  AlignmentResult result;
  result.self_check = {.cells = 8, .largest_difference = 1e-3};
  ReadOff(result);
  EXPECT_THAT(result.notes, testing::Contains(HasSubstr("differs by 0.001")));
  result.self_check.largest_difference = 1e-7;
  ReadOff(result);
  EXPECT_THAT(result.notes, testing::Not(testing::Contains(HasSubstr("differs by"))));
}

TEST(SelfCheckOfARunTest, WithoutMemoryForItANoteSaysSo) {
  SimulatedShape shape;
  shape.words = 3000;
  shape.sensors = 200;
  shape.times = 1;
  shape.dims = 10;
  const AlignmentInputs inputs = SimulateRecording(shape);
  AlignmentOptions options;
  options.preset = Preset::kPaper;  // leaves tiles with less than a check takes
  AlignmentResources resources;
  resources.threads = 1;
  resources.memory_bytes = LeastMemoryBytes(inputs, options, resources);
  const auto alignment = Alignment::Create(inputs, options, nullptr, resources);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  EXPECT_LE((*alignment)->plan().peak_bytes(), resources.memory_bytes);
  EXPECT_EQ(CheckCount(**alignment), 0);
  const CancelFlag cancel{false};
  const auto result = RunAlignment(**alignment, 1, cancel, nullptr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->self_check.cells, 0);
  EXPECT_THAT(result->notes, Contains(HasSubstr("No score was computed again")));
}

}  // namespace
}  // namespace brainalign
