#include "core/align/result_arrays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/align/alignment.h"
#include "core/align/result_notes.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// An alignment of several tiles, and all that it gives.
class ResultArraysTest : public testing::Test {
 protected:
  ResultArraysTest() {
    auto alignment = Alignment::Create(SimulateRecording({}), {}, nullptr);
    EXPECT_TRUE(alignment.ok()) << alignment.status();
    const CancelFlag cancel{false};
    auto result = RunAlignment(**alignment, 1, cancel,
                               [&](const TileScores& tile) { tiles_.push_back(tile); });
    EXPECT_TRUE(result.ok()) << result.status();
    result_ = *std::move(result);
  }

  AlignmentResult result_;
  std::vector<TileScores> tiles_;
};

// What a client makes of boxes that knows no array by its name.
std::vector<double> Assembled(const ArraySpec& spec, const std::vector<std::int64_t>& shape,
                              const std::vector<ArrayBox>& boxes) {
  std::vector<double> whole(static_cast<std::size_t>(ElementCount(shape)),
                            spec.boxes_add ? 0 : std::numeric_limits<double>::quiet_NaN());
  for (const ArrayBox& box : boxes) {
    if (box.array != spec.name) continue;
    std::vector<std::int64_t> index(shape.size(), 0);
    for (const double value : box.values) {
      std::int64_t at = 0;
      for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        at = at * shape[axis] + box.begin[axis] + index[axis];
      }
      double& element = whole[static_cast<std::size_t>(at)];
      element = spec.boxes_add ? element + value : value;
      for (std::size_t axis = shape.size(); axis-- > 0;) {
        if (++index[axis] < box.count[axis]) break;
        index[axis] = 0;
      }
    }
  }
  return whole;
}

TEST_F(ResultArraysTest, BoxesOfAllTilesMakeTheArraysOfTheResult) {
  std::vector<ArrayBox> boxes;
  for (const TileScores& tile : tiles_) {
    for (ArrayBox& box : BoxesOf(tile)) boxes.push_back(std::move(box));
  }
  const std::vector<Axis> axes = AxesOf(result_);
  const std::map<std::string, std::vector<double>> expected = {
      {"score", result_.score},
      {"score_per_fold", result_.score_per_fold},
      {"alpha_counts", {result_.alpha_counts.begin(), result_.alpha_counts.end()}}};
  ASSERT_EQ(TileArrays(axes).size(), expected.size());
  for (const ArraySpec& spec : TileArrays(axes)) {
    EXPECT_EQ(Assembled(spec, ShapeOf(spec, axes), boxes), expected.at(spec.name)) << spec.name;
  }
}

TEST(RequestedArraysTest, BoxesOfAllTilesMakeTheArray) {
  for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
    AlignmentOptions options;
    options.direction = direction;
    const bool to_brain = direction == Direction::kModelToBrain;
    options.arrays = {to_brain ? "per_sensor" : "per_target"};
    const auto alignment = Alignment::Create(SimulateRecording({.times = 13}), options, nullptr);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    std::vector<ArrayBox> boxes;
    const CancelFlag cancel{false};
    const auto result = RunAlignment(**alignment, 1, cancel, [&](const TileScores& tile) {
      for (ArrayBox& box : BoxesOf(tile)) boxes.push_back(std::move(box));
    });
    ASSERT_TRUE(result.ok()) << result.status();
    const std::vector<Axis> axes = AxesOf(*result);
    EXPECT_EQ(FindAxis(axes, "target")->size, to_brain ? 0 : 6);
    EXPECT_EQ(FindAxis(axes, "sensor")->size, to_brain ? 8 : 0);
    const std::vector<ArraySpec> specs = TileArrays(axes);
    ASSERT_EQ(specs.size(), 4U);
    EXPECT_EQ(specs.back().name, to_brain ? "score_per_sensor" : "score_per_target");
    EXPECT_EQ(Assembled(specs.back(), ShapeOf(specs.back(), axes), boxes),
              to_brain ? result->score_per_sensor : result->score_per_target);
  }
}

TEST_F(ResultArraysTest, TileComesBackFromItsBoxes) {
  for (const TileScores& tile : tiles_) {
    std::vector<ArrayBox> boxes = BoxesOf(tile);
    boxes.push_back({"a new array", {1}, {2}, {}});
    const auto back = TileOfBoxes(tile.index, boxes);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->index, tile.index);
    EXPECT_EQ(back->tile, tile.tile);
    EXPECT_EQ(back->score, tile.score);
    EXPECT_EQ(back->score_per_fold, tile.score_per_fold);
    EXPECT_EQ(back->alpha_counts, tile.alpha_counts);
  }
}

// Two layers and three times, from the second layer and the fifth time on.
Tile TileOf(TileKind kind) {
  Tile tile{1, 2, 4, 3};
  tile.kind = kind;
  return tile;
}

std::vector<double> Numbers(int count) {
  std::vector<double> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(0.5 * i);
  return numbers;
}

TEST(TileKindsTest, ScoresOfSingleColumnsComeBackFromTheirBoxes) {
  for (const bool to_brain : {false, true}) {
    TileScores tile;
    tile.tile = TileOf(TileKind::kScores);
    tile.score = Numbers(6);
    std::vector<double>& columns = to_brain ? tile.score_per_sensor : tile.score_per_target;
    columns = Numbers(6 * 5);
    columns.back() = std::numeric_limits<double>::quiet_NaN();
    std::vector<ArrayBox> boxes = BoxesOf(tile);
    ASSERT_EQ(boxes.size(), 2U);
    EXPECT_EQ(boxes[1].array, to_brain ? "score_per_sensor" : "score_per_target");
    EXPECT_THAT(boxes[1].begin, ElementsAre(1, 4, 0));
    EXPECT_THAT(boxes[1].count, ElementsAre(2, 3, 5));
    const auto back = TileOfBoxes(0, boxes);
    ASSERT_TRUE(back.ok()) << back.status();
    const std::vector<double>& read = to_brain ? back->score_per_sensor : back->score_per_target;
    EXPECT_EQ(ToBytes(read, DType::kF64), ToBytes(columns, DType::kF64));
    boxes[1].values.pop_back();
    EXPECT_TRUE(absl::IsInvalidArgument(TileOfBoxes(0, boxes).status()));
  }
}

TEST(TileKindsTest, TileOfNullsComesBackFromItsBoxes) {
  TileScores tile;
  tile.index = 9;
  tile.tile = TileOf(TileKind::kNulls);
  tile.tile.null_begin = 20;
  tile.tile.null_count = 4;
  tile.null_scores = Numbers(4 * 6);
  std::vector<ArrayBox> boxes = BoxesOf(tile);
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_THAT(boxes[0].begin, ElementsAre(20, 1, 4));
  EXPECT_THAT(boxes[0].count, ElementsAre(4, 2, 3));
  auto back = TileOfBoxes(9, boxes);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->tile, tile.tile);
  EXPECT_EQ(back->null_scores, tile.null_scores);
  EXPECT_TRUE(back->score.empty());

  tile.tile.null_begin = 0;
  tile.score_for_nulls = Numbers(6);
  boxes = BoxesOf(tile);
  ASSERT_EQ(boxes.size(), 2U);
  back = TileOfBoxes(9, boxes);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->score_for_nulls, tile.score_for_nulls);
  boxes[0].values.pop_back();
  EXPECT_TRUE(absl::IsInvalidArgument(TileOfBoxes(9, boxes).status()));
  boxes.erase(boxes.begin());
  EXPECT_TRUE(absl::IsInvalidArgument(TileOfBoxes(9, boxes).status()));
}

TEST(TileKindsTest, TileOfInfluenceComesBackFromItsBoxes) {
  TileScores tile;
  tile.tile = TileOf(TileKind::kInfluence);
  tile.held_out_influence = Numbers(5 * 6);
  tile.refit_influence = Numbers(5 * 6);
  tile.refit_influence.front() = 77;
  const std::vector<ArrayBox> boxes = BoxesOf(tile);
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_THAT(boxes[1].count, ElementsAre(5, 2, 3));
  const auto back = TileOfBoxes(0, boxes);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->tile, tile.tile);
  EXPECT_EQ(back->held_out_influence, tile.held_out_influence);
  EXPECT_EQ(back->refit_influence, tile.refit_influence);
  EXPECT_TRUE(back->alphas_influence.empty());
  tile.alphas_influence = Numbers(3 * 6);
  const std::vector<ArrayBox> with_alphas = BoxesOf(tile);
  ASSERT_EQ(with_alphas.size(), 3U);
  EXPECT_THAT(with_alphas[2].count, ElementsAre(3, 2, 3));
  EXPECT_EQ(TileOfBoxes(0, with_alphas)->alphas_influence, tile.alphas_influence);
}

TEST_F(ResultArraysTest, BoxesThatDoNotFitAreRefused) {
  const std::vector<ArrayBox> boxes = BoxesOf(tiles_.front());
  const auto wrong = [&](auto change) {
    std::vector<ArrayBox> changed = boxes;
    change(changed);
    EXPECT_TRUE(absl::IsInvalidArgument(TileOfBoxes(0, changed).status()));
  };
  wrong([](std::vector<ArrayBox>& changed) { changed.erase(changed.begin()); });
  wrong([](std::vector<ArrayBox>& changed) { changed[0].values.pop_back(); });
  wrong([](std::vector<ArrayBox>& changed) { changed[0].begin[0] = -1; });
  wrong([](std::vector<ArrayBox>& changed) { changed[0].count.push_back(1); });
  wrong([](std::vector<ArrayBox>& changed) { changed[0].begin[1] = std::int64_t{1} << 40; });
  wrong([](std::vector<ArrayBox>& changed) { ++changed[1].begin[1]; });
  wrong([](std::vector<ArrayBox>& changed) { changed[2].values.push_back(1); });
  wrong([](std::vector<ArrayBox>& changed) {
    changed[2].values.front() = std::numeric_limits<double>::quiet_NaN();
  });
}

TEST_F(ResultArraysTest, EveryArrayHasItsShapeAndComesBack) {
  const std::vector<Axis> axes = AxesOf(result_);
  AlignmentResult back;
  back.spec = result_.spec;
  back.depth = result_.depth;
  back.times_seconds = result_.times_seconds;
  back.layer_names = result_.layer_names;
  std::set<std::string> names;
  for (const ResultArrayRow& row : ResultArrays()) {
    EXPECT_TRUE(names.insert(row.spec.name).second) << row.spec.name << " is there twice";
    const std::vector<double> values = row.values(result_);
    if (row.is_optional && values.empty()) continue;
    EXPECT_EQ(static_cast<std::int64_t>(values.size()), ElementCount(ShapeOf(row.spec, axes)))
        << row.spec.name;
    EXPECT_TRUE(row.set(values, back)) << row.spec.name;
  }
  for (const ResultArrayRow& row : ResultArrays()) {
    EXPECT_EQ(ToBytes(row.values(back), row.spec.dtype),
              ToBytes(row.values(result_), row.spec.dtype))
        << row.spec.name;
  }
  ASSERT_EQ(back.readout.windows.size(), result_.readout.windows.size());
  EXPECT_EQ(back.readout.windows.back().end_seconds, std::numeric_limits<double>::infinity());
  EXPECT_EQ(back.readout.windows.front().end_seconds, result_.readout.windows[1].begin_seconds);
}

TEST_F(ResultArraysTest, ElementThatDoesNotFitItsTypeIsRefused) {
  const auto row =
      std::find_if(ResultArrays().begin(), ResultArrays().end(),
                   [](const ResultArrayRow& one) { return one.spec.name == "window_of_maximum"; });
  ASSERT_NE(row, ResultArrays().end());
  AlignmentResult result;
  EXPECT_TRUE(row->set({2147483647.0}, result));
  EXPECT_FALSE(row->set({2147483648.0}, result));
}

TEST_F(ResultArraysTest, ArraysThatAreReadOffAreSoFromTheOthersAlone) {
  AlignmentResult again;
  again.spec = result_.spec;
  again.depth = result_.depth;
  again.times_seconds = result_.times_seconds;
  again.self_check = result_.self_check;
  again.input.notes = result_.input.notes;
  for (const ResultArrayRow& row : ResultArrays()) {
    if (!row.is_read_off) row.set(row.values(result_), again);
  }
  ReadOff(again);
  for (const ResultArrayRow& row : ResultArrays()) {
    EXPECT_EQ(ToBytes(row.values(again), row.spec.dtype),
              ToBytes(row.values(result_), row.spec.dtype))
        << row.spec.name;
  }
  EXPECT_EQ(again.readout.temporal_score, result_.readout.temporal_score);
  EXPECT_EQ(again.notes, result_.notes);

  // Another depth of all layers changes what depends on it, and nothing is left of the one before.
  again.depth.assign(again.depth.size(), 0.5);
  ReadOff(again);
  EXPECT_EQ(again.readout.t_max, result_.readout.t_max);
  EXPECT_NE(again.readout.temporal_score, result_.readout.temporal_score);
  EXPECT_THAT(again.notes, testing::Contains(HasSubstr("the same relative depth")));
  again.depth = result_.depth;
  ReadOff(again);
  EXPECT_EQ(again.notes, result_.notes);
}

}  // namespace
}  // namespace brainalign
