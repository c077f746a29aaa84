// What runs over all words: gathering epochs, converting activations, summing.
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "bench/data/noise.h"
#include "bench/kernels/kernel_inputs.h"
#include "benchmark/benchmark.h"
#include "core/columns/brain_columns.h"
#include "core/epochs/epochs.h"
#include "core/tensor/convert.h"
#include "core/tensor/tensor.h"

namespace brainalign {
namespace {

constexpr int kTimesAtOnce = 4;

void SetOperations(benchmark::State& state, double operations) {
  state.counters["GF/s"] = benchmark::Counter(
      operations * 1e-9 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

Epochs EpochsOf(std::int64_t words) {
  const auto samples =
      static_cast<std::int64_t>(30 * (kKernelSecondsPerWord * static_cast<double>(words) + 12));
  std::vector<float> values(static_cast<std::size_t>(kKernelSensors * samples));
  FillNormal(7, 0, values.size(), values.data());
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  const Tensor recording =
      *Tensor::FromBytes({DType::kF32, {kKernelSensors, samples}, Order::kC},
                         std::vector<std::byte>(bytes, bytes + values.size() * sizeof(float)));
  std::vector<double> onsets;
  onsets.reserve(static_cast<std::size_t>(words));
  for (std::int64_t word = 0; word < words; ++word) {
    onsets.push_back(4 + kKernelSecondsPerWord * static_cast<double>(word));
  }
  std::vector<double> times;
  for (int step = 0; step < kTimesAtOnce; ++step) times.push_back(step / 30.0);
  return Epochs::OfRecording(recording, 30, onsets, times);
}

// Epochs of a few time samples, standardised, in the order of positions.
void GatherBrainColumns(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(state.range(0), Selection::kLoo);
  const Epochs epochs = EpochsOf(state.range(0));
  SpareMatrices<float> spare;
  for (auto _ : state) {
    auto brain =
        GatherBrain<float>(epochs, inputs.segments, 0, std::vector<bool>(kTimesAtOnce), spare);
    benchmark::DoNotOptimize(brain);
    for (BrainColumns<float>& columns : brain) spare.Give(std::move(columns.values));
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * kKernelSensors * kTimesAtOnce * 4);
}
BENCHMARK(GatherBrainColumns)->Arg(8500)->Arg(40000)->Unit(benchmark::kMillisecond);

// X'X by segment, in double precision.
void FeatureGram(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(state.range(0), Selection::kBlocked);
  const Vector zero = Vector::Zero(kKernelSensors);
  const Vector one = Vector::Ones(kKernelSensors);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        SegmentFeatureSums<float>(inputs.features.values.front(), zero, one, inputs.segments));
  }
  SetOperations(state, static_cast<double>(state.range(0)) * kKernelSensors * kKernelSensors);
}
BENCHMARK(FeatureGram)->Arg(8500)->Arg(40000)->Unit(benchmark::kMillisecond);

// X'Y of every segment, for targets that all folds share.
void CrossProducts(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(state.range(0), Selection::kBlocked);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        SegmentCrossSums<float>(inputs.features.values.front(), inputs.targets, inputs.segments));
  }
  SetOperations(state, 2.0 * static_cast<double>(state.range(0)) * kKernelSensors * kKernelTargets);
}
BENCHMARK(CrossProducts)->Arg(8500)->Arg(40000)->Unit(benchmark::kMillisecond);

// X'Y of every set of one fold, for targets with a PCA of their own.
void CrossProductsOfOneFold(benchmark::State& state) {
  const KernelInputs& inputs = InputsOf(state.range(0), Selection::kBlocked);
  for (auto _ : state) {
    benchmark::DoNotOptimize(FoldCrossSums<float>(inputs.features.values.front(), inputs.targets,
                                                  inputs.segments.folds.front()));
  }
  SetOperations(state, 2.0 * static_cast<double>(state.range(0)) * kKernelSensors * kKernelTargets);
}
BENCHMARK(CrossProductsOfOneFold)->Arg(8500)->Arg(40000)->Unit(benchmark::kMillisecond);

void ConvertBFloat16(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> source(2 * count, std::byte{0x3f});
  std::vector<float> out(count);
  for (auto _ : state) {
    ConvertToFloat(DType::kBF16, source.data(), 1, state.range(0), out.data());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 2);
}
BENCHMARK(ConvertBFloat16)->Arg(4096)->Arg(1 << 22);

}  // namespace
}  // namespace brainalign
