// Maps that are fitted at one time and scored at all others. Every case of
// tests/golden/generalisation has expected numbers from scikit-learn.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "core/align/result_arrays.h"
#include "core/cancel.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/golden_case.h"
#include "tests/core/align/least_memory.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using nlohmann::json;

AlignmentOptions Generalising(AlignmentOptions options = {}) {
  options.time_generalisation = true;
  return options;
}

// Expects the scores of maps at their own times to be the matrix.
void ExpectDiagonalIsScore(const AlignmentResult& result, double tolerance) {
  const auto times = static_cast<std::size_t>(result.times);
  ASSERT_EQ(result.time_generalisation.size(), result.score.size() * times);
  for (std::size_t cell = 0; cell < result.score.size(); ++cell) {
    const double score = result.score[cell];
    EXPECT_NEAR(result.time_generalisation[cell * times + cell % times], score,
                tolerance * std::max(1.0, std::abs(score)))
        << cell;
  }
}

class TimeGeneralisationGoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(TimeGeneralisationGoldenTest, AgreesWithScikitLearn) {
  const json expected = ReadGolden("generalisation/" + GetParam().name + ".json");
  const AlignmentOptions options = ToOptions(GetParam().options);
  const absl::StatusOr<AlignmentResult> result = AlignGolden(GetParam(), Generalising(options));
  ASSERT_TRUE(result.ok()) << result.status();
  ExpectNear(result->time_generalisation, expected.at("time_generalisation"), ToleranceOf(expected),
             "time_generalisation");
  ExpectDiagonalIsScore(*result, 1e-9);

  // Where it is not asked for it is not there, and it changes no bit of the rest.
  const absl::StatusOr<AlignmentResult> without = AlignGolden(GetParam(), options);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_EQ(without->score_per_fold, result->score_per_fold);
  EXPECT_TRUE(without->time_generalisation.empty());
}

INSTANTIATE_TEST_SUITE_P(Cases, TimeGeneralisationGoldenTest,
                         testing::ValuesIn(GoldenCases("generalisation/manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

SimulatedShape ManyWords() {
  return {.words = 2500, .sensors = 12, .times = 5, .layers = 2, .dims = 9};
}

// Many words are held in single precision.
TEST(TimeGeneralisationTest, ManyWordsInSinglePrecisionAgreeWithDouble) {
  const AlignmentInputs inputs = SimulateRecording(ManyWords());
  std::vector<AlignmentOptions> all(6, Generalising());
  all[1].preset = Preset::kPaper;
  all[2].metric = Metric::kR2;
  all[3].pca = 4;
  all[4].selection = Selection::kGcv;  // the matrix is computed in panels
  all[5].preset = Preset::kPaper;
  all[5].pca = 4;
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(i);
    AlignmentOptions options = all[i];
    const AlignmentResult single = Align(inputs, options);
    EXPECT_FALSE(single.spec.in_double);
    ExpectDiagonalIsScore(single, 1e-6);
    options.precision = Precision::kDouble;
    const AlignmentResult exact = Align(inputs, options);
    ExpectDiagonalIsScore(exact, 1e-9);
    ASSERT_EQ(single.time_generalisation.size(), exact.time_generalisation.size());
    for (std::size_t c = 0; c < exact.time_generalisation.size(); ++c) {
      const double value = exact.time_generalisation[c];
      EXPECT_NEAR(single.time_generalisation[c], value, 1e-6 * std::max(1.0, std::abs(value))) << c;
    }
  }
}

// At one time a sensor is dead in some sessions: maps of other times use a direction there that
// training words hardly span. What single precision cannot hold is computed in float64.
TEST(TimeGeneralisationTest, SensorsThatDieInSomeSessionsAgreeWithDouble) {
  AlignmentInputs inputs = AsEpochs(SimulateRecording(ManyWords()));
  const std::int64_t words = inputs.brain.epochs.dim(0);
  const std::int64_t sensors = inputs.brain.epochs.dim(1);
  const std::int64_t times = inputs.brain.epochs.dim(2);
  std::vector<double> values = inputs.brain.epochs.ToDoubles();
  const auto at = [&](std::int64_t word, std::int64_t sensor, std::int64_t time) -> double& {
    return values[static_cast<std::size_t>((word * sensors + sensor) * times + time)];
  };
  for (std::int64_t word = 0; word < words; ++word) {
    if (word >= words / 5) at(word, 3, 1) = 1e-6 * at(word, 3, 1);
    if (word >= words / 2) at(word, 5, 2) = (at(word, 6, 2) + at(word, 7, 2)) / 2;
    at(word, 8, 3) = at(word, 9, 3);
  }
  inputs.brain.epochs = TensorOfDoubles({words, sensors, times}, values);
  for (const double alpha : {1e-4, 1.0}) {
    AlignmentOptions options = Generalising();
    options.selection = Selection::kFixed;
    options.alphas = {alpha};
    const AlignmentResult result = Align(inputs, options);
    for (const double score : result.time_generalisation) {
      EXPECT_LE(std::abs(score), 1.0);
    }
    options.precision = Precision::kDouble;
    const AlignmentResult exact = Align(inputs, options);
    ExpectDiagonalIsScore(exact, 1e-9);
    for (std::size_t c = 0; c < exact.time_generalisation.size(); ++c) {
      EXPECT_NEAR(result.time_generalisation[c], exact.time_generalisation[c], 3e-6) << c;
    }
  }
}

TEST(TimeGeneralisationTest, ThreadsAndTheLeastMemoryChangeNoBit) {
  const AlignmentInputs inputs =
      SimulateRecording({.words = 2300, .sensors = 10, .times = 20, .layers = 2, .dims = 6});
  AlignmentOptions options = Generalising();
  options.pca = 3;
  const AlignmentResult one = Align(inputs, options);
  const AlignmentResult three = Align(inputs, options, /*threads=*/3);
  EXPECT_EQ(one.time_generalisation, three.time_generalisation);
  AlignmentResources resources;
  resources.scratch_folder = testing::TempDir();
  resources.memory_bytes = LeastMemoryBytes(inputs, options, resources);
  const AlignmentResult least = Align(inputs, options, /*threads=*/1, resources);
  EXPECT_EQ(one.time_generalisation, least.time_generalisation);
}

std::unique_ptr<Alignment> PreparedToGeneralise(const AlignmentInputs& inputs,
                                                const AlignmentOptions& options) {
  auto made = Alignment::Create(inputs, options, nullptr);
  EXPECT_TRUE(made.ok()) << made.status();
  PrepareAll(**made);
  return *std::move(made);
}

// As after a restart that found the tiles of scores: alphas are chosen again.
TEST(TimeGeneralisationTest, TilesHaveTheSameBitsWithoutTheTilesBeforeThem) {
  const AlignmentInputs inputs =
      SimulateRecording({.words = 200, .sensors = 8, .times = 20, .layers = 2, .dims = 5});
  const AlignmentResult whole = Align(inputs, Generalising());
  const std::unique_ptr<Alignment> again = PreparedToGeneralise(inputs, Generalising());
  const CancelFlag cancel = false;
  const auto times = static_cast<std::size_t>(whole.times);
  int tiles = 0;
  std::size_t compared = 0;
  for (int index = static_cast<int>(again->tiles().size()) - 1; index >= 0; --index) {
    const Tile& tile = again->tiles()[static_cast<std::size_t>(index)];
    if (tile.kind != TileKind::kTimeGeneralisation) continue;
    ++tiles;
    const absl::StatusOr<TileScores> scores = again->Compute(index, cancel);
    ASSERT_TRUE(scores.ok()) << scores.status();
    // What is stored and sent of it makes the same tile.
    const absl::StatusOr<TileScores> sent = TileOfBoxes(index, BoxesOf(*scores));
    ASSERT_TRUE(sent.ok()) << sent.status();
    EXPECT_EQ(sent->tile, tile);
    EXPECT_EQ(sent->time_generalisation, scores->time_generalisation);
    for (std::size_t i = 0; i < scores->time_generalisation.size(); ++i, ++compared) {
      const std::size_t row = i / times;
      const std::size_t layer = row / static_cast<std::size_t>(tile.time_count);
      const std::size_t time = static_cast<std::size_t>(tile.time_begin) +
                               row % static_cast<std::size_t>(tile.time_count);
      ASSERT_EQ(scores->time_generalisation[i],
                whole.time_generalisation[(layer * times + time) * times + i % times]);
    }
  }
  EXPECT_GT(tiles, 1);
  EXPECT_EQ(compared, whole.time_generalisation.size());
}

TEST(TimeGeneralisationTest, ATileIsCancelled) {
  const AlignmentInputs inputs = SimulateRecording({});
  const std::unique_ptr<Alignment> alignment = PreparedToGeneralise(inputs, Generalising());
  const int last = static_cast<int>(alignment->tiles().size()) - 1;
  ASSERT_EQ(alignment->tiles().back().kind, TileKind::kTimeGeneralisation);
  const CancelFlag go_on = false;
  ASSERT_TRUE(alignment->Compute(0, go_on).ok());
  const CancelFlag cancel = true;
  EXPECT_TRUE(absl::IsCancelled(alignment->Compute(last, cancel).status()));
}

TEST(TimeGeneralisationTest, WhatItIsNotComputedForIsRefusedByItsField) {
  const AlignmentInputs inputs = SimulateRecording({});
  const auto refusal = [&](AlignmentOptions options) {
    std::vector<FieldProblem> problems;
    EXPECT_FALSE(Alignment::Create(inputs, Generalising(std::move(options)), &problems).ok());
    EXPECT_EQ(problems.size(), 1U);
    return problems.empty() ? "" : problems.front().field + ": " + problems.front().description;
  };
  AlignmentOptions to_brain;
  to_brain.direction = Direction::kModelToBrain;
  EXPECT_EQ(refusal(to_brain),
            "options.time_generalisation: time_generalisation is asked for, but it is not computed "
            "for direction model_to_brain; leave it out, or use brain_to_model");
  AlignmentOptions similarity;
  similarity.metric = Metric::kCka;
  EXPECT_EQ(refusal(similarity),
            "options.time_generalisation: time_generalisation is asked for, but metric cka fits no "
            "map; leave it out, or use pearson, cosine or r2");
}

}  // namespace
}  // namespace brainalign
