// What runs once a fold and time, or once a layer: factorisations.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "bench/data/synthetic_activations.h"
#include "bench/kernels/kernel_inputs.h"
#include "benchmark/benchmark.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/lapack.h"
#include "core/ridge/ridge.h"

namespace brainalign {
namespace {

// X'X over all words of the session shape.
Matrix GramOf(const KernelInputs& inputs) {
  FeatureSums total = FeatureSums::Zero(kKernelSensors);
  for (const FeatureSums& sums : inputs.features.segment_sums.front()) total.Add(sums);
  return Centre(total).gram;
}

void TridiagonaliseGram(benchmark::State& state) {
  const Matrix gram = GramOf(InputsOf(8500, Selection::kBlocked));
  Matrix q;
  Vector diagonal;
  Vector off_diagonal;
  for (auto _ : state) {
    if (!Tridiagonalise(gram, q, diagonal, off_diagonal).ok()) state.SkipWithError("failed");
  }
}
BENCHMARK(TridiagonaliseGram)->Unit(benchmark::kMillisecond);

void EigenOfGram(benchmark::State& state) {
  const Matrix gram = GramOf(InputsOf(8500, Selection::kBlocked));
  Vector values;
  Matrix vectors;
  for (auto _ : state) {
    if (!SymmetricEigen(gram, values, vectors).ok()) state.SkipWithError("failed");
  }
}
BENCHMARK(EigenOfGram)->Unit(benchmark::kMillisecond);

// Coefficients of all targets for one more alpha.
void SolveOneAlpha(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(8500, Selection::kBlocked);
  const auto regressions =
      MakeRegressionsByTarget(inputs.features, inputs.segments, inputs.spec, /*back=*/nullptr);
  if (!regressions.ok()) return state.SkipWithError("failed");
  const RowMatrix<double> b = RowMatrix<double>::Random(kKernelSensors, kKernelTargets);
  RowMatrix<double> z;
  for (auto _ : state) {
    regressions->front().fit().Solve(10.0, b, z);
    benchmark::DoNotOptimize(z.data());
  }
}
BENCHMARK(SolveOneAlpha)->Unit(benchmark::kMicrosecond);

// Everything of all folds, inner ones too, that does not depend on targets.
void FactoriseAllFolds(benchmark::State& state) {
  const auto selection = static_cast<Selection>(state.range(0));
  state.SetLabel(Name(selection));
  const KernelInputs& inputs = InputsOf(8500, selection);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        MakeRegressionsByTarget(inputs.features, inputs.segments, inputs.spec, /*back=*/nullptr));
  }
}
BENCHMARK(FactoriseAllFolds)
    ->ArgName("selection")
    ->Arg(static_cast<int>(Selection::kBlocked))
    ->Arg(static_cast<int>(Selection::kGcv))
    ->Unit(benchmark::kMillisecond);

// One layer (8500, dims) to 50 components: once a fold under blocked selection.
void PrincipalComponents(benchmark::State& state) {
  const std::int64_t words = 8500;
  const std::int64_t dims = state.range(0);
  const bool per_fold = state.range(1) != 0;
  const KernelInputs& inputs = InputsOf(words, per_fold ? Selection::kBlocked : Selection::kLoo);
  std::vector<std::byte> bytes(static_cast<std::size_t>(words * dims) * sizeof(float));
  HiddenWords hidden(words);
  hidden.NextLayer();
  LayerMix(0, dims).Fill(hidden, 0, words, reinterpret_cast<float*>(bytes.data()));
  UseCallersThreads();
  const std::vector<LayerInput> layers = {
      {*Tensor::FromBytes({DType::kF32, {words, dims}, Order::kC}, std::move(bytes)), 0.5, "l"}};
  AlignmentSpec spec = inputs.spec;
  spec.pca = 50;
  const std::vector<std::int64_t> given(inputs.segments.word.begin(), inputs.segments.word.end());
  const CancelFlag cancel = false;
  for (auto _ : state) {
    ActivationColumns<float> columns(layers, given, inputs.segments, spec,
                                     /*with_statistics=*/false);
    const auto steps = static_cast<int>(columns.FixSteps({}).size());
    for (int step = 0; step < steps; ++step) {
      if (!columns.RunStep(step, cancel).ok()) state.SkipWithError("failed");
    }
  }
}
BENCHMARK(PrincipalComponents)
    ->ArgNames({"dims", "per_fold"})
    ->Args({1024, 0})
    ->Args({1024, 1})
    ->Args({4096, 0})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace brainalign
