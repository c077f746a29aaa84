#include "core/columns/preparation_steps.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace brainalign {
namespace {

class StepList {
 public:
  StepList(const PreparationShape& shape, const PreparationLimits& limits)
      : shape_(shape), limits_(limits) {
    if (shape.is_projected) before_projecting_ = {Add(PreparationTask::kAllocate, 0, 0, {})};
    if (shape.takes_out) before_finishing_ = {Add(PreparationTask::kNuisance, 0, 0, {})};
  }

  void AddLayer(int layer) {
    if (shape_.from_sums[static_cast<std::size_t>(layer)]) {
      AddFromSums(layer);
    } else {
      Add(PreparationTask::kWhole, layer, 0, Joined(before_projecting_, before_finishing_));
    }
  }

  std::vector<PreparationStep> Take() { return std::move(steps_); }

 private:
  int Add(PreparationTask task, int layer, int part, std::vector<int> after) {
    steps_.push_back({task, layer, part, std::move(after)});
    return static_cast<int>(steps_.size()) - 1;
  }

  static std::vector<int> Joined(std::vector<int> some, const std::vector<int>& more) {
    some.insert(some.end(), more.begin(), more.end());
    return some;
  }

  void AddFromSums(int layer) {
    std::vector<int> start = {Add(PreparationTask::kMeans, layer, 0, {})};
    if (const int closed = static_cast<int>(last_.size()) - limits_.layers_at_once; closed >= 0) {
      start.push_back(last_[static_cast<std::size_t>(closed)]);
    }
    std::vector<int> sums;
    for (int fold = 0; fold < shape_.folds; ++fold) {
      std::vector<int> after = start;
      for (int other = 0; shape_.fits == 1 && other <= fold - limits_.sums_at_once; ++other) {
        after.push_back(sums[static_cast<std::size_t>(other)]);
      }
      sums.push_back(Add(PreparationTask::kSum, layer, fold, std::move(after)));
    }
    // The other fits start from where the first one ends.
    std::vector<int> fits = {Add(PreparationTask::kFit, layer, 0, sums)};
    for (int fit = 1; fit < shape_.fits; ++fit) {
      fits.push_back(Add(PreparationTask::kFit, layer, fit, {fits.front()}));
    }
    std::vector<int> parts;
    for (int part = 0; part < kProjectionParts; ++part) {
      parts.push_back(
          Add(PreparationTask::kProject, layer, part, Joined(fits, before_projecting_)));
    }
    last_.push_back(Add(PreparationTask::kFinish, layer, 0, Joined(parts, before_finishing_)));
  }

  const PreparationShape& shape_;
  const PreparationLimits& limits_;
  std::vector<int> before_projecting_;
  std::vector<int> before_finishing_;
  std::vector<int> last_;  // the last step of each layer whose components come from sums
  std::vector<PreparationStep> steps_;
};

}  // namespace

std::vector<PreparationStep> StepsOfPreparation(const PreparationShape& shape,
                                                const PreparationLimits& limits) {
  StepList steps(shape, limits);
  for (int layer = 0; layer < static_cast<int>(shape.from_sums.size()); ++layer) {
    steps.AddLayer(layer);
  }
  return steps.Take();
}

int LastStepOf(int layer, const std::vector<PreparationStep>& steps) {
  const auto last = std::find_if(steps.rbegin(), steps.rend(), [&](const PreparationStep& step) {
    const bool is_last =
        step.task == PreparationTask::kWhole || step.task == PreparationTask::kFinish;
    return is_last && step.layer == layer;
  });
  return static_cast<int>(steps.rend() - last) - 1;
}

}  // namespace brainalign
