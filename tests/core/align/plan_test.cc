// What the planner does with a budget of memory, and that results do not show it.
#include "core/planning/plan.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "core/align/alignment.h"
#include "core/planning/needed_memory.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::HasSubstr;

AlignmentPlan PlanOf(std::int64_t shared, std::int64_t preparation, std::int64_t tile) {
  AlignmentPlan plan{shared, preparation, tile};
  plan.layers = 3;
  plan.preparations.resize(3);
  plan.tiles.resize(20);
  return plan;
}

TEST(LimitUnitsTest, UnitsAreAsManyAsThreadsUnitsAndMemoryAllow) {
  AlignmentPlan plan = PlanOf(1000, 300, 100);
  ASSERT_TRUE(LimitUnits({10'000, 8, ""}, plan).ok());
  EXPECT_EQ(plan.preparations_at_once, 3);
  EXPECT_EQ(plan.tiles_at_once, 8);
  EXPECT_EQ(plan.peak_bytes(), 1000 + 900);
  ASSERT_TRUE(LimitUnits({1699, 8, ""}, plan).ok());
  EXPECT_EQ(plan.preparations_at_once, 2);
  EXPECT_EQ(plan.tiles_at_once, 6);
  EXPECT_EQ(plan.peak_bytes(), 1600);
}

// A layer whose components are found from sums takes 500 bytes, and each of its units 100; up to
// four of them can run side by side.
AlignmentPlan PlanWithLayers() {
  AlignmentPlan plan = PlanOf(1000, 100, 50);
  plan.layer_bytes = 500;
  plan.layers = 9;
  plan.units_of_layer = 4;
  plan.preparations.resize(9 * 12);
  return plan;
}

TEST(LimitUnitsTest, AsManyLayersAreOpenAsKeepTheThreadsBusy) {
  AlignmentPlan plan = PlanWithLayers();
  ASSERT_TRUE(LimitUnits({100'000, 1, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 1);
  EXPECT_EQ(plan.peak_bytes(), 1000 + 500 + 100);
  ASSERT_TRUE(LimitUnits({100'000, 2, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 2);
  ASSERT_TRUE(LimitUnits({100'000, 10, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 4);
  EXPECT_EQ(plan.preparations_at_once, 10);
  EXPECT_EQ(plan.peak_bytes(), 1000 + 4 * 500 + 10 * 100);
  ASSERT_TRUE(LimitUnits({100'000, 1000, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 9);
  EXPECT_EQ(plan.preparations_at_once, 36);
}

// The sums of a layer over its folds, beyond the first at a time, take 200 bytes each.
TEST(LimitUnitsTest, SumsThatAreHeldHaveRoom) {
  AlignmentPlan plan = PlanWithLayers();
  plan.sum_bytes = 200;
  ASSERT_TRUE(LimitUnits({100'000, 1, ""}, plan).ok());
  EXPECT_EQ(plan.sums_at_once, 1);
  EXPECT_EQ(plan.peak_bytes(), 1000 + 500 + 100);
  ASSERT_TRUE(LimitUnits({100'000, 10, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 4);
  EXPECT_EQ(plan.preparations_at_once, 10);
  EXPECT_EQ(plan.sums_at_once, 3);
  EXPECT_EQ(plan.peak_bytes(), 1000 + 4 * (500 + 2 * 200) + 10 * 100);
  // One layer with two sums at a time.
  ASSERT_TRUE(LimitUnits({1000 + 500 + 200 + 2 * 100, 10, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 1);
  EXPECT_EQ(plan.preparations_at_once, 2);
  EXPECT_EQ(plan.sums_at_once, 2);
  EXPECT_LE(plan.peak_bytes(), 1900);
  EXPECT_FALSE(LimitUnits({1000 + 500 + 99, 10, ""}, plan).ok());
}

TEST(LimitUnitsTest, WithLittleMemoryFewerLayersAreOpenRatherThanFewerUnits) {
  AlignmentPlan plan = PlanWithLayers();
  // Three layers would leave no more room than for as many units as two keep busy.
  ASSERT_TRUE(LimitUnits({1000 + 2 * 500 + 8 * 100, 10, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 2);
  EXPECT_EQ(plan.preparations_at_once, 8);
  ASSERT_TRUE(LimitUnits({1000 + 500 + 3 * 100, 10, ""}, plan).ok());
  EXPECT_EQ(plan.layers_at_once, 1);
  EXPECT_EQ(plan.preparations_at_once, 3);
  EXPECT_TRUE(LimitUnits({1000 + 500 + 100, 10, ""}, plan).ok());
  const absl::Status status = LimitUnits({1000 + 500 + 99, 10, ""}, plan);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("1600 bytes"));
}

TEST(LimitUnitsTest, OneUnitMustFit) {
  AlignmentPlan plan = PlanOf(1000, 300, 100);
  EXPECT_TRUE(LimitUnits({1300, 8, ""}, plan).ok());
  const absl::Status status = LimitUnits({1299, 8, ""}, plan);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("memory is 1299 bytes"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("1300 bytes"));
}

// The least number of bytes, as the planner tells it.
std::int64_t LeastBytes(const AlignmentInputs& inputs, const AlignmentOptions& options,
                        const std::string& folder) {
  const auto refused = Alignment::Create(inputs, options, nullptr, {1, 4, folder});
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kResourceExhausted);
  return NeededMemoryBytes(refused.status());
}

AlignmentResult RunAll(Alignment& alignment, int threads) {
  const CancelFlag cancel{false};
  auto result = RunAlignment(alignment, threads, cancel, nullptr);
  EXPECT_TRUE(result.ok()) << result.status();
  return *std::move(result);
}

// What an alignment is admitted by is the memory that single precision takes.
TEST(PlanTest, DataThatNeedMoreMemoryInDoubleAreToldSo) {
  SimulatedShape shape;
  shape.words = 2500;
  shape.dims = 300;
  const AlignmentInputs inputs = SimulateRecording(shape);
  AlignmentOptions options;
  options.direction = Direction::kModelToBrain;
  const std::int64_t least = LeastBytes(inputs, options, "");
  const auto alignment = Alignment::Create(inputs, options, nullptr, {least, 1, ""});
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const auto in_double = (*alignment)->InDouble("components are small");
  EXPECT_EQ(in_double.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(in_double.status().message(),
              HasSubstr("these data need float64, which takes more memory (components are small)"));
}

struct PlannedCase {
  std::string name;
  AlignmentOptions options;
};

// For the names of the tests.
void PrintTo(const PlannedCase& one, std::ostream* out) { *out << one.name; }

class BudgetTest : public testing::TestWithParam<PlannedCase> {};

TEST_P(BudgetTest, LeastMemoryGivesTheSameBits) {
  SimulatedShape shape;
  shape.words = 2400;   // held in single precision
  shape.sensors = 160;  // so many that tiles need more memory than the drift of both sides
  shape.times = 40;
  shape.dims = 24;
  const AlignmentInputs inputs = SimulateRecording(shape);
  const std::string folder = testing::TempDir();
  const AlignmentOptions& options = GetParam().options;

  const auto rich = Alignment::Create(inputs, options, nullptr, {INT64_MAX, 3, folder});
  ASSERT_TRUE(rich.ok()) << rich.status();
  EXPECT_FALSE((*rich)->plan().columns_in_file);
  EXPECT_EQ((*rich)->plan().tiles_at_once, 3);
  const AlignmentResult expected = RunAll(**rich, 3);

  const std::int64_t least = LeastBytes(inputs, options, folder);
  const auto poor = Alignment::Create(inputs, options, nullptr, {least, 3, folder});
  ASSERT_TRUE(poor.ok()) << poor.status();
  EXPECT_LE((*poor)->plan().peak_bytes(), least);
  EXPECT_EQ((*poor)->plan().tiles_at_once, 1);
  EXPECT_EQ((*poor)->plan().columns_in_file, options.pca > 0);
  if (options.direction == Direction::kBrainToModel) {
    EXPECT_EQ((*rich)->plan().times_at_once, 4);
    EXPECT_LT((*poor)->plan().times_at_once, 4);
  }
  const AlignmentResult result = RunAll(**poor, 3);
  EXPECT_EQ(result.score, expected.score);
  EXPECT_EQ(result.score_per_fold, expected.score_per_fold);
  EXPECT_EQ(result.alpha_counts, expected.alpha_counts);
  EXPECT_FALSE(Alignment::Create(inputs, options, nullptr, {least - 1, 3, folder}).ok());
}

AlignmentOptions With(Preset preset, Direction direction, int pca) {
  AlignmentOptions options;
  options.preset = preset;
  options.direction = direction;
  options.pca = pca;
  return options;
}

INSTANTIATE_TEST_SUITE_P(
    Presets, BudgetTest,
    testing::Values(PlannedCase{"Strict", With(Preset::kStrict, Direction::kBrainToModel, 5)},
                    PlannedCase{"Paper", With(Preset::kPaper, Direction::kBrainToModel, 5)},
                    PlannedCase{"NoComponents", With(Preset::kStrict, Direction::kBrainToModel, 0)},
                    PlannedCase{"ModelToBrain", With(Preset::kStrict, Direction::kModelToBrain, 5)},
                    PlannedCase{"PaperModelToBrain",
                                With(Preset::kPaper, Direction::kModelToBrain, 0)}),
    [](const testing::TestParamInfo<PlannedCase>& one) { return one.param.name; });

TEST(PlanTest, FolderThatIsNotThereFailsThePreparation) {
  AlignmentOptions options;
  options.pca = 3;
  SimulatedShape shape;
  shape.words = 2400;
  const AlignmentInputs inputs = SimulateRecording(shape);
  const std::string folder = testing::TempDir() + "/nowhere";
  const std::int64_t least = LeastBytes(inputs, options, folder);
  const auto alignment = Alignment::Create(inputs, options, nullptr, {least, 1, folder});
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  const auto result = RunAlignment(**alignment, 1, cancel, nullptr);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(result.status().message()), HasSubstr(folder));
}

TEST(PlanTest, ResultIsCounted) {
  SimulatedShape shape;
  shape.sensors = 1;
  shape.layers = 16;
  shape.dims = 1;
  shape.times = 400;
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  options.folds = 100;
  // In tiles, put together, and once more where it is written.
  const double least_copies = 3;
  const double result = 8.0 * 16 * 400 * (1 + 100);
  AlignmentInputs inputs = SimulateRecording(shape);
  inputs.brain.groups.clear();  // its sessions are shorter than such epochs
  for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
    options.direction = direction;
    options.folds = 2;
    const std::int64_t few = LeastBytes(inputs, options, "");
    options.folds = 100;
    EXPECT_GT(LeastBytes(inputs, options, "") - few, least_copies * result * 98 / 101);
  }
}

std::ptrdiff_t CountUnits(const Alignment& alignment, UnitKind kind) {
  return std::count_if(alignment.units().begin(), alignment.units().end(),
                       [&](const Unit& unit) { return unit.kind == kind; });
}

TEST(PlanTest, WorkOfEveryUnitIsPlanned) {
  for (const Selection selection :
       {Selection::kFixed, Selection::kLoo, Selection::kGcv, Selection::kBlocked}) {
    AlignmentOptions options;
    options.selection = selection;
    if (selection == Selection::kFixed) options.alphas = {1.0};
    const auto alignment = Alignment::Create(SimulateRecording({}), options, nullptr);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    const AlignmentPlan& plan = (*alignment)->plan();
    ASSERT_EQ(plan.preparations.size(), CountUnits(**alignment, UnitKind::kPreparation));
    ASSERT_EQ(plan.tiles.size(), (*alignment)->tiles().size());
    for (const Work& work : plan.preparations) EXPECT_GT(work.bytes, 0);
    for (const Work& work : plan.tiles) EXPECT_GT(work.operations(), 0);
  }
}

// Where components come from sums there are many units to a layer, else one. Of 50 words a fold
// trains on 40 and tests 10, so that the edges are at 40 dimensions, or 50 where all words are
// fitted on.
TEST(PlanTest, UnitsOfComponentsAreThoseThatRun) {
  SimulatedShape shape;
  shape.words = 50;
  for (const int dims : {39, 40, 41, 50, 51}) {
    shape.dims = dims;
    const AlignmentInputs inputs = SimulateRecording(shape);
    for (const FitWords words : {FitWords::kAll, FitWords::kTraining}) {
      for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
        AlignmentOptions options = With(Preset::kPaper, direction, 5);
        options.pca_words = words;
        const auto alignment = Alignment::Create(inputs, options, nullptr);
        ASSERT_TRUE(alignment.ok()) << alignment.status();
        const AlignmentPlan& plan = (*alignment)->plan();
        EXPECT_EQ(plan.preparations.size(), CountUnits(**alignment, UnitKind::kPreparation))
            << dims;
        const bool from_sums = dims <= (words == FitWords::kAll ? 50 : 40);
        // Else one for each layer and one that allocates. Each side has units for its drift.
        const std::size_t fewest = 2 * (inputs.layers.size() + 1);
        EXPECT_EQ(plan.preparations.size() > fewest, from_sums) << dims;
        RunAll(**alignment, 2);
      }
    }
  }
}

}  // namespace
}  // namespace brainalign
