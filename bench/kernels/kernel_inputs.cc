#include "bench/kernels/kernel_inputs.h"

#include <cmath>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "bench/data/noise.h"
#include "core/problem/folds.h"

namespace brainalign {
namespace {

constexpr int kInputSources = 60;

RowMatrix<float> Normal(std::uint64_t stream, Eigen::Index rows, Eigen::Index columns) {
  RowMatrix<float> values(rows, columns);
  FillNormal(stream, 0, static_cast<std::size_t>(values.size()), values.data());
  return values;
}

std::unique_ptr<KernelInputs> MakeInputs(std::int64_t words, Selection selection) {
  auto inputs = std::make_unique<KernelInputs>();
  AlignmentOptions options;
  options.preset = selection == Selection::kLoo ? Preset::kPaper : Preset::kStrict;
  options.selection = selection;
  std::vector<FieldProblem> problems;
  inputs->spec = ResolveOptions(options, /*has_groups=*/false, /*epoch_seconds=*/5.5, problems);
  FoldInputs folds;
  folds.words = static_cast<std::int32_t>(words);
  for (std::int64_t word = 0; word < words; ++word) {
    folds.onsets_seconds.push_back(kKernelSecondsPerWord * static_cast<double>(word));
  }
  inputs->segments = MakeSegments(MakeFolds(folds, inputs->spec, problems), folds.words);

  RowMatrix<float> mixing = Normal(1, kInputSources, kKernelSensors);
  for (int k = 0; k < kInputSources; ++k) mixing.row(k) /= std::sqrt(static_cast<float>(k + 1));
  ColMatrix<float> x = 0.2f * Normal(2, words, kKernelSensors);
  x.noalias() += Normal(3, words, kInputSources) * mixing;
  inputs->targets = Normal(4, words, kKernelTargets);
  inputs->targets.noalias() += x * (0.02f * Normal(5, kKernelSensors, kKernelTargets));
  inputs->features.segment_sums.push_back(SegmentFeatureSums<float>(
      x, Vector::Zero(kKernelSensors), Vector::Ones(kKernelSensors), inputs->segments));
  inputs->features.values.push_back(std::move(x));
  inputs->features.zscore = inputs->spec.zscore_words == FitWords::kTraining;
  return inputs;
}

}  // namespace

const KernelInputs& InputsOf(std::int64_t words, Selection selection) {
  static auto& made =
      *new std::map<std::pair<std::int64_t, Selection>, std::unique_ptr<KernelInputs>>();
  std::unique_ptr<KernelInputs>& inputs = made[{words, selection}];
  if (inputs == nullptr) inputs = MakeInputs(words, selection);
  return *inputs;
}

TargetColumns<float> TargetsOf(const KernelInputs& inputs, int fold) {
  const std::vector<TargetSums> sums = SegmentTargetSums<float>(inputs.targets, inputs.segments);
  FoldTargets statistics = AssembleTargets<float>(
      sums, inputs.targets, inputs.segments.folds[static_cast<std::size_t>(fold)]);
  Eigen::ArrayXd origin = statistics.train.mean;
  return {{std::move(statistics), std::move(origin)},
          inputs.targets,
          Eigen::ArrayXd::Ones(kKernelTargets),
          {}};
}

}  // namespace brainalign
