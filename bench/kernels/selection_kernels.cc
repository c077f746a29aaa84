// Choosing alpha for every target of one fold at one time, and scoring it.
#include <vector>

#include "bench/kernels/kernel_inputs.h"
#include "benchmark/benchmark.h"
#include "core/align/fold_problem.h"
#include "core/align/leave_one_out.h"

namespace brainalign {
namespace {

void ChooseAndScore(benchmark::State& state) {
  const auto selection = static_cast<Selection>(state.range(0));
  state.SetLabel(Name(selection));
  const KernelInputs& inputs = InputsOf(8500, selection);
  const auto problems = MakeProblems(inputs.features, inputs.segments, inputs.spec);
  if (!problems.ok()) return state.SkipWithError("failed");
  const TargetColumns<float> targets = TargetsOf(inputs, 0);
  const std::vector<PerSet<CrossSums>> cross =
      CrossOfAllFolds<float>(inputs.features, inputs.targets, inputs.segments);
  for (auto _ : state) {
    benchmark::DoNotOptimize(problems->front().Score(targets, cross.front(), nullptr));
  }
}
BENCHMARK(ChooseAndScore)
    ->ArgName("selection")
    ->Arg(static_cast<int>(Selection::kBlocked))
    ->Arg(static_cast<int>(Selection::kGcv))
    ->Unit(benchmark::kMillisecond);

// The few weights that stand for those of all alphas and folds.
void LeaveOneOutWeights(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(state.range(0), Selection::kLoo);
  const auto problems = MakeProblems(inputs.features, inputs.segments, inputs.spec);
  if (!problems.ok()) return state.SkipWithError("failed");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        MakeLeaveOneOut(inputs.features, *problems, inputs.segments, inputs.spec, kKernelTargets));
  }
}
BENCHMARK(LeaveOneOutWeights)->Arg(8500)->Arg(40000)->Unit(benchmark::kMillisecond);

// Weighted sums with the targets, for all folds.
void LeaveOneOutSums(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(state.range(0), Selection::kLoo);
  const auto problems = MakeProblems(inputs.features, inputs.segments, inputs.spec);
  if (!problems.ok()) return state.SkipWithError("failed");
  const auto quick =
      MakeLeaveOneOut(inputs.features, *problems, inputs.segments, inputs.spec, kKernelTargets);
  if (!quick) return state.SkipWithError("forming every residual is cheaper here");
  for (auto _ : state) benchmark::DoNotOptimize(quick->SumTargets(inputs.targets, -1));
}
BENCHMARK(LeaveOneOutSums)->Arg(8500)->Arg(40000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace brainalign
