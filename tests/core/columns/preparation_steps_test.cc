// The graph of the steps that prepare columns: whatever order it allows, no more is held in memory
// than its limits say.
#include "core/columns/preparation_steps.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int kLayers = 7;
constexpr int kFolds = 6;

PreparationShape Shape(int fits) {
  PreparationShape shape;
  shape.from_sums.assign(kLayers, true);
  shape.from_sums[3] = false;
  shape.folds = kFolds;
  shape.fits = fits;
  shape.is_projected = true;
  return shape;
}

// What is in memory in the course of one order of the steps.
struct MostHeld {
  int layers = 0;  // from their first sum to their last step
  int sums = 0;    // of one layer that have begun and are not added yet
};

MostHeld Holding(const std::vector<PreparationStep>& steps, const std::set<int>& begun,
                 const std::set<int>& ended) {
  MostHeld held;
  for (int layer = 0; layer < kLayers; ++layer) {
    bool has_begun = false;
    bool has_ended = false;
    int sums = 0;
    int added = 0;
    bool all_before_ended = true;
    for (int i = 0; i < static_cast<int>(steps.size()); ++i) {
      const PreparationStep& step = steps[static_cast<std::size_t>(i)];
      if (step.layer != layer) continue;
      if (step.task == PreparationTask::kFinish) has_ended = ended.count(i) != 0;
      if (step.task != PreparationTask::kSum || begun.count(i) == 0) {
        all_before_ended = all_before_ended && step.task != PreparationTask::kSum;
        continue;
      }
      has_begun = true;
      ++sums;
      all_before_ended = all_before_ended && ended.count(i) != 0;
      if (all_before_ended) ++added;
    }
    if (has_begun && !has_ended) ++held.layers;
    held.sums = std::max(held.sums, sums - added);
  }
  return held;
}

// Runs the steps in a random order that the graph allows, any number of them at a time.
MostHeld RunAtRandom(const std::vector<PreparationStep>& steps, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::set<int> begun;
  std::set<int> ended;
  MostHeld most;
  while (ended.size() < steps.size()) {
    std::vector<int> can_begin;
    std::vector<int> can_end;
    for (int i = 0; i < static_cast<int>(steps.size()); ++i) {
      if (begun.count(i) != 0) {
        if (ended.count(i) == 0) can_end.push_back(i);
        continue;
      }
      const std::vector<int>& after = steps[static_cast<std::size_t>(i)].after;
      const bool is_ready = std::all_of(after.begin(), after.end(),
                                        [&](int other) { return ended.count(other) != 0; });
      if (is_ready) can_begin.push_back(i);
    }
    if (can_begin.empty() && can_end.empty()) {
      ADD_FAILURE() << "nothing can begin or end";
      return most;
    }
    // Most begin before any ends.
    if (!can_begin.empty() && (can_end.empty() || random() % 4 > 0)) {
      begun.insert(can_begin[random() % can_begin.size()]);
    } else {
      ended.insert(can_end[random() % can_end.size()]);
    }
    const MostHeld now = Holding(steps, begun, ended);
    most.layers = std::max(most.layers, now.layers);
    most.sums = std::max(most.sums, now.sums);
  }
  return most;
}

TEST(PreparationStepsTest, NoMoreIsHeldThanTheLimitsSay) {
  for (const int layers : {1, 2, 4}) {
    for (const int sums : {1, 2, 3}) {
      const auto steps = StepsOfPreparation(Shape(/*fits=*/1), {layers, sums});
      MostHeld most;
      for (std::uint64_t seed = 0; seed < 50; ++seed) {
        const MostHeld now = RunAtRandom(steps, seed);
        EXPECT_LE(now.layers, layers) << seed;
        EXPECT_LE(now.sums, sums) << seed;
        most.layers = std::max(most.layers, now.layers);
        most.sums = std::max(most.sums, now.sums);
      }
      // What is allowed is used.
      EXPECT_EQ(most.layers, layers);
      EXPECT_EQ(most.sums, sums);
    }
  }
}

TEST(PreparationStepsTest, SumsOfSeparateFitsAreHeldAnyway) {
  const auto steps = StepsOfPreparation(Shape(/*fits=*/kFolds), {1, 1});
  MostHeld most;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    most.sums = std::max(most.sums, RunAtRandom(steps, seed).sums);
  }
  EXPECT_GT(most.sums, 1);
}

TEST(PreparationStepsTest, StepsComeAfterWhatTheyNeed) {
  PreparationShape shape;
  shape.from_sums = {true, false};
  shape.folds = 2;
  shape.fits = 2;
  shape.is_projected = true;
  shape.takes_out = true;
  const auto steps = StepsOfPreparation(shape);
  std::vector<PreparationTask> tasks;
  for (const PreparationStep& step : steps) tasks.push_back(step.task);
  using enum PreparationTask;
  EXPECT_THAT(tasks, ElementsAre(kAllocate, kNuisance, kMeans, kSum, kSum, kFit, kFit, kProject,
                                 kProject, kProject, kProject, kFinish, kWhole));
  EXPECT_THAT(steps[0].after, IsEmpty());
  EXPECT_THAT(steps[1].after, IsEmpty());
  EXPECT_THAT(steps[2].after, IsEmpty());
  EXPECT_THAT(steps[4].after, ElementsAre(2));
  EXPECT_THAT(steps[5].after, ElementsAre(3, 4));
  EXPECT_THAT(steps[6].after, ElementsAre(5));
  EXPECT_THAT(steps[7].after, ElementsAre(5, 6, 0));
  EXPECT_THAT(steps[11].after, ElementsAre(7, 8, 9, 10, 1));
  EXPECT_THAT(steps[12].after, ElementsAre(0, 1));
}

TEST(PreparationStepsTest, WithoutComponentsEachLayerIsOneStep) {
  PreparationShape shape;
  shape.from_sums = {false, false, false};
  shape.folds = 5;
  const auto steps = StepsOfPreparation(shape, {1, 1});
  ASSERT_EQ(steps.size(), 3);
  for (const PreparationStep& step : steps) {
    EXPECT_EQ(step.task, PreparationTask::kWhole);
    EXPECT_THAT(step.after, IsEmpty());
  }
}

}  // namespace
}  // namespace brainalign
