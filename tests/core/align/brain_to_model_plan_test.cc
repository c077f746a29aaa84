// Which plan is chosen for a large job, by threads and budget.
#include "core/align/brain_to_model_plan.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

// Preset strict on ten sessions: 40,000 words, 275 sensors, 166 times, 9 layers of 4,096
// dimensions in bf16, 50 components for each fold.
AlignmentShape LargeShape() {
  AlignmentShape shape;
  shape.words = 40'000;
  shape.sensors = 275;
  shape.segments = 25;
  shape.folds = 5;
  shape.training_words = 32'000;
  shape.inner_folds = 5;
  shape.alphas = 13;
  shape.components = 50;
  shape.projections = 5;
  shape.zscore_per_fold = true;
  shape.brain_bytes = 4.0 * kGiB;
  shape.dims.assign(9, 4096);
  shape.from_sums.assign(9, true);
  shape.input_bytes.assign(9, 2);
  return shape;
}

AlignmentPlan PlanFor(int threads, std::int64_t memory_bytes) {
  std::vector<Tile> tiles;
  for (int begin = 0; begin < 166; begin += 4) {
    tiles.push_back({0, 9, begin, begin + 4 <= 166 ? 4 : 2});
  }
  AlignmentResources resources;
  resources.threads = threads;
  resources.memory_bytes = memory_bytes;
  TargetRoute targets;
  targets.columns_at_once = 450;
  auto plan = PlanBrainToModel(LargeShape(), tiles, targets, resources);
  EXPECT_TRUE(plan.ok()) << plan.status();
  EXPECT_LE(plan->peak_bytes(), memory_bytes);
  return *plan;
}

TEST(BrainToModelPlanTest, TwoThreadsWorkOnWholeTiles) {
  const AlignmentPlan plan = PlanFor(2, 64 * kGiB);
  EXPECT_EQ(plan.tiles_at_once, 2);
  EXPECT_EQ(plan.preparations_at_once, 2);
  EXPECT_EQ(plan.times_at_once, 4);
  EXPECT_LT(plan.peak_bytes(), 2 * kGiB);
}

TEST(BrainToModelPlanTest, SixteenThreadsTakeNoMoreThanIsAmple) {
  const AlignmentPlan plan = PlanFor(16, 64 * kGiB);
  EXPECT_EQ(plan.tiles_at_once, 16);
  EXPECT_GE(plan.preparations_at_once, 12);
  EXPECT_LE(plan.peak_bytes(), 4 * kGiB);
  EXPECT_FALSE(plan.columns_in_file);
}

TEST(BrainToModelPlanTest, MoreIsTakenWhereLessWouldLeaveThreadsIdle) {
  const AlignmentPlan plan = PlanFor(64, 64 * kGiB);
  EXPECT_EQ(plan.tiles_at_once, 42);  // all that there are
  EXPECT_GT(plan.peak_bytes(), 4 * kGiB);
  EXPECT_LT(PlanFor(64, 4 * kGiB).tiles_at_once, 42);
}

}  // namespace
}  // namespace brainalign
