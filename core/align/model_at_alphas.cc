#include "core/align/model_at_alphas.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/align/layer_alphas.h"
#include "core/align/uncertainty_tiles.h"
#include "core/columns/brain_columns.h"
#include "core/moments/target_moments.h"
#include "core/regressions/regressions_at_alphas.h"

namespace brainalign {
namespace {

// Bytes of the features and regressions of the nulls at hand, and their most.
constexpr double kBytesOfNulls = 128 << 20;
constexpr int kMostNullsAtOnce = 16;

// One null's features, with their regressions, which refer to them.
template <typename T>
struct ShiftedLayer {
  ProblemFeatures<T> features;
  std::optional<RegressionsAtAlphas<T>> regressions;
};

}  // namespace

template <typename T>
void AddLayerFeatures(ColMatrix<T> values, const Segments& segments, ProblemFeatures<T>& features) {
  const Eigen::Index width = values.cols();
  if (WantsDual(segments, width)) {
    ProblemFeatures<T> rotated = TurnToDual(values, segments, /*zscore=*/false);
    features.values.push_back(std::move(rotated.values.front()));
    features.segment_sums.push_back(std::move(rotated.segment_sums.front()));
    return;
  }
  features.segment_sums.push_back(
      SegmentFeatureSums<T>(values, Vector::Zero(width), Vector::Ones(width), segments));
  features.values.push_back(std::move(values));
}

TargetsAtOnce TargetsOfSensors(int sensors, bool shared_alpha) {
  return {std::max(1, kColumnsAtOnce / sensors),
          shared_alpha ? sensors : std::min(sensors, kColumnsAtOnce)};
}

std::vector<TargetBlock> TargetBlocks(int times, int sensors, const TargetsAtOnce& at_once) {
  std::vector<TargetBlock> blocks;
  for (int time = 0; time < times; time += at_once.times) {
    for (int sensor = 0; sensor < sensors; sensor += at_once.sensors) {
      blocks.push_back({time,
                        std::min(at_once.times, times - time),
                        {sensor, std::min(at_once.sensors, sensors - sensor)}});
    }
  }
  return blocks;
}

template <typename T>
RowMatrix<T> SensorColumns(const AlignmentProblem& problem, int tile_begin,
                           const TargetBlock& block, SpareMatrices<T>& spare) {
  const Eigen::Index sensors = block.sensors.count;
  RowMatrix<T> columns(problem.segments.words(), block.target_count());
  std::vector<BrainColumns<T>> brain = GatherSensors<T>(
      problem.epochs, problem.segments, block.sensors, tile_begin + block.time_begin,
      std::vector<bool>(Size(block.times)), spare, problem.trends.get());
  for (int t = 0; t < block.times; ++t) {
    ColMatrix<T>& values = brain[static_cast<std::size_t>(t)].values;
    columns.middleCols(t * sensors, sensors) = values;
    spare.Give(std::move(values));
  }
  return columns;
}

Eigen::ArrayXd OriginOfSensors(const AlignmentSpec& spec, const TargetStatistics& train) {
  // The training mean is what the z-score takes away.
  if (spec.zscore_words == FitWords::kTraining) return Eigen::ArrayXd::Zero(train.mean.size());
  return train.mean;
}

template <typename T>
TargetColumns<T> SensorTargets(const AlignmentProblem& problem, const RowMatrix<T>& values,
                               const std::vector<TargetSums>& sums, const FoldSets& sets,
                               int times) {
  FoldTargets statistics = AssembleTargets<T>(sums, values, sets);
  Eigen::ArrayXd origin = OriginOfSensors(problem.spec, statistics.train);
  Eigen::ArrayXd weight = Eigen::ArrayXd::Ones(values.cols());
  if (problem.spec.zscore_words == FitWords::kTraining) {
    const Eigen::ArrayXd variance = statistics.train.squares / statistics.train.count;
    weight = (variance > 0.0).select(variance.inverse(), 1.0);
  }
  TargetColumns<T> targets{
      {std::move(statistics), std::move(origin)}, values, std::move(weight), {}};
  const Eigen::Index sensors = values.cols() / times;
  for (int t = 0; t < times; ++t) targets.groups.push_back({t * sensors, (t + 1) * sensors});
  return targets;
}

template <typename T>
absl::StatusOr<std::vector<double>> NullsOfLayer(const LayerAtAlphas<T>& of, const Tile& tile,
                                                 const CancelFlag& cancel) {
  const AlignmentProblem& problem = of.problem;
  const Segments segments = WithoutInnerFolds(problem.segments);
  const AlignmentSpec spec =
      WithKnownAlphas(WithAlphasInUnit(problem.spec, of.columns.exponent(tile.layer_begin)));
  const int sensors = static_cast<int>(problem.epochs.sensors());
  const int begin = of.columns.column_begin(tile.layer_begin);
  const int end = of.columns.column_begin(tile.layer_begin + 1);
  RowMatrix<T> storage;
  const RowMatrixRef<T> columns = of.columns.Columns(/*fold=*/0, begin, end, storage);
  ProblemSize size = WithKnownAlphas(SizeOf(problem.segments, problem.spec, sizeof(T)));
  size.projections = 1;
  const int at_once = LayerNullsAtOnce(size, std::min<double>(size.words, end - begin));
  const std::vector<TargetBlock> blocks =
      TargetBlocks(tile.time_count, sensors, TargetsOfSensors(sensors, spec.shared_alpha));
  NullSums sums(static_cast<int>(segments.folds.size()), tile);
  for (int first = 0; first < tile.null_count; first += at_once) {
    std::vector<ShiftedLayer<T>> nulls(
        static_cast<std::size_t>(std::min(at_once, tile.null_count - first)));
    for (std::size_t n = 0; n < nulls.size(); ++n) {
      if (cancel) return CancelledByFlag();
      const std::vector<std::int32_t> positions = ShiftedPositions(
          segments, problem.uncertainty, tile.null_begin + first + static_cast<int>(n));
      AddLayerFeatures<T>(columns(positions, Eigen::all), segments, nulls[n].features);
      absl::StatusOr<RegressionsAtAlphas<T>> regressions =
          RegressionsAtAlphas<T>::Make(nulls[n].features, segments, spec, /*in_panels=*/false);
      if (!regressions.ok()) return regressions.status();
      nulls[n].regressions.emplace(*std::move(regressions));
    }
    for (const TargetBlock& block : blocks) {
      const TargetsOfFolds<T> targets = MakeTargetsOfFolds(
          SensorColumns<T>(problem, tile.time_begin, block, of.spare), segments,
          [&](const TargetStatistics& train) { return OriginOfSensors(spec, train); });
      std::vector<std::vector<int>> alphas(segments.folds.size());
      for (int t = block.time_begin; t < block.time_begin + block.times; ++t) {
        const ObservedFit& fit = *of.fits[static_cast<std::size_t>(t)];
        for (std::size_t k = 0; k < alphas.size(); ++k) {
          const auto from = fit.alpha[k].begin() + block.sensors.begin;
          alphas[k].insert(alphas[k].end(), from, from + block.sensors.count);
        }
      }
      for (std::size_t n = 0; n < nulls.size(); ++n) {
        const absl::StatusOr<std::vector<FoldScores>> scores =
            nulls[n].regressions->Score(targets, alphas, cancel);
        if (!scores.ok()) return scores.status();
        for (std::size_t k = 0; k < scores->size(); ++k) {
          for (int c = 0; c < block.target_count(); ++c) {
            sums.Add(static_cast<int>(k), first + static_cast<int>(n), /*layer=*/0, block.TimeOf(c),
                     (*scores)[k].score(c), (*scores)[k].error_bound(c));
          }
        }
      }
    }
  }
  return sums.Finish(problem.spec, [&](int /*layer*/) { return sensors; });
}

int LayerNullsAtOnce(const ProblemSize& size, double features) {
  const double bytes =
      ProblemFeaturesBytes(size, features, 1) + RegressionsByTargetBytes(size, features);
  return static_cast<int>(std::clamp(kBytesOfNulls / bytes, 1.0, double{kMostNullsAtOnce}));
}

double LayerNullsBytes(const ProblemSize& size, double features, double sensors) {
  const double columns =
      TargetsOfSensors(static_cast<int>(sensors), /*shared_alpha=*/false).count();
  const RegressionsAtAlphasBytes bytes =
      BytesAtAlphas(size, features, columns, /*in_panels=*/false);
  const double brain = size.words * columns * size.value_bytes;
  return LayerNullsAtOnce(size, features) * (ProblemFeaturesBytes(size, features, 1) + bytes.held) +
         std::max(bytes.making, 2 * brain + bytes.scoring);
}

#define BRAINALIGN_INSTANTIATE(T)                                                             \
  template void AddLayerFeatures<T>(ColMatrix<T>, const Segments&, ProblemFeatures<T>&);      \
  template RowMatrix<T> SensorColumns<T>(const AlignmentProblem&, int, const TargetBlock&,    \
                                         SpareMatrices<T>&);                                  \
  template TargetColumns<T> SensorTargets<T>(const AlignmentProblem&, const RowMatrix<T>&,    \
                                             const std::vector<TargetSums>&, const FoldSets&, \
                                             int);                                            \
  template absl::StatusOr<std::vector<double>> NullsOfLayer<T>(const LayerAtAlphas<T>&,       \
                                                               const Tile&, const CancelFlag&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
