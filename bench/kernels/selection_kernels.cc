// Choosing alpha for every target of one fold at one time, and scoring it.
#include <vector>

#include "bench/kernels/kernel_inputs.h"
#include "benchmark/benchmark.h"
#include "core/leave_one_out/leave_one_out.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {
namespace {

void ScoreOneFold(benchmark::State& state) {
  const auto selection = static_cast<Selection>(state.range(0));
  state.SetLabel(Name(selection));
  const KernelInputs& inputs = InputsOf(8500, selection);
  const auto regressions =
      MakeRegressionsByTarget(inputs.features, inputs.segments, inputs.spec, /*back=*/nullptr);
  if (!regressions.ok()) return state.SkipWithError("failed");
  const TargetColumns<float> targets = TargetsOf(inputs, 0);
  const std::vector<PerSet<CrossSums>> cross =
      CrossOfAllFolds<float>(inputs.features, inputs.targets, inputs.segments);
  const WordsAndSums<float> sums{inputs.features.values.front(), cross.front()};
  for (auto _ : state) {
    RegressionWorkspace<RegressionByTarget<float>> workspace;
    benchmark::DoNotOptimize(
        ChooseAndScore(regressions->front(), inputs.spec, targets, sums, workspace));
  }
}
BENCHMARK(ScoreOneFold)
    ->ArgName("selection")
    ->Arg(static_cast<int>(Selection::kBlocked))
    ->Arg(static_cast<int>(Selection::kGcv))
    ->Arg(static_cast<int>(Selection::kLoo))
    ->Unit(benchmark::kMillisecond);

// The weights of all words and alphas.
void LeaveOneOutWeights(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(state.range(0), Selection::kLoo);
  const auto regressions =
      MakeRegressionsByTarget(inputs.features, inputs.segments, inputs.spec, /*back=*/nullptr);
  if (!regressions.ok()) return state.SkipWithError("failed");
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        LeaveOneOut<float>::Make(regressions->front().fit(), inputs.features.values.front(),
                                 inputs.segments.folds.front(), inputs.spec.alphas));
  }
}
BENCHMARK(LeaveOneOutWeights)->Arg(8500)->Arg(40000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace brainalign
