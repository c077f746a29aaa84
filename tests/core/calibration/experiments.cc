#include "tests/core/calibration/experiments.h"

#include <atomic>
#include <thread>
#include <vector>

#include "core/align/alignment.h"
#include "gtest/gtest.h"

namespace brainalign {

AlignmentResult RunExperiment(const Condition& condition, std::uint64_t seed, int replicate,
                              int model) {
  std::vector<FieldProblem> problems;
  auto alignment = Alignment::Create(SimulateExperiment(condition, seed, replicate, model),
                                     condition.options, &problems);
  for (const FieldProblem& problem : problems) {
    ADD_FAILURE() << condition.name << ": " << problem.field << ": " << problem.description;
  }
  if (!alignment.ok()) {
    ADD_FAILURE() << condition.name << ": " << alignment.status();
    return {};
  }
  const CancelFlag cancel{false};
  absl::StatusOr<AlignmentResult> result = RunAlignment(**alignment, 1, cancel, nullptr);
  if (result.ok() && result->uncertainty) return *std::move(result);
  ADD_FAILURE() << condition.name << ", replicate " << replicate << ": " << result.status();
  return {};
}

void ForEachReplicate(int count, int threads, const std::function<void(int)>& run) {
  std::atomic<int> next{0};
  const auto work = [&] {
    for (int mine = next++; mine < count; mine = next++) run(mine);
  };
  std::vector<std::jthread> others;
  for (int i = 1; i < threads; ++i) others.emplace_back(work);
  work();
}

}  // namespace brainalign
