#ifndef BRAINALIGN_CORE_ALIGN_MODEL_AT_ALPHAS_H_
#define BRAINALIGN_CORE_ALIGN_MODEL_AT_ALPHAS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/observed_fits.h"
#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/linalg/spare_matrices.h"
#include "core/problem/problem_size.h"
#include "core/regressions/problem_features.h"

namespace brainalign {

// Adds a block of features to those of a layer: its columns, `values` (n, d). Where a fold trains
// on fewer words than there are columns, they are rotated to the dual.
template <typename T>
void AddLayerFeatures(ColMatrix<T> values, const Segments& segments, ProblemFeatures<T>& features);

// How many targets of direction model_to_brain are processed at a time: all sensors at some times,
// or a stretch of the sensors at one time.
struct TargetsAtOnce {
  int times = 1;
  int sensors = 1;

  double count() const { return static_cast<double>(times) * sensors; }
};
// By the number of sensors alone. `shared_alpha`: the sensors at a time share an alpha, so that
// they are processed together.
TargetsAtOnce TargetsOfSensors(int sensors, bool shared_alpha);

// Targets that are processed together.
struct TargetBlock {
  int time_begin = 0;  // from the first time of the tile
  int times = 1;
  SensorRange sensors;

  int target_count() const { return times * static_cast<int>(sensors.count); }
  // Of a column of SensorColumns: its time from the first one of the tile, and its sensor.
  int TimeOf(Eigen::Index column) const {
    return time_begin + static_cast<int>(column / sensors.count);
  }
  int SensorOf(Eigen::Index column) const {
    return static_cast<int>(sensors.begin + column % sensors.count);
  }
};
// The blocks of a tile of `times` times and of all `sensors`, in the order of the targets.
std::vector<TargetBlock> TargetBlocks(int times, int sensors, const TargetsAtOnce& at_once);

// (n, times x sensors), time-major: the sensors of a block, standardised over all words.
// `tile_begin`: the first time of the tile.
template <typename T>
RowMatrix<T> SensorColumns(const AlignmentProblem& problem, int tile_begin,
                           const TargetBlock& block, SpareMatrices<T>& spare);

// The origin of sensors that are standardised over all words, from their statistics over the
// training words: see TargetsOfFold.
Eigen::ArrayXd OriginOfSensors(const AlignmentSpec& spec, const TargetStatistics& train);

// The targets of a fold: `values` of SensorColumns of a block with so many times, with their `sums`
// (SegmentTargetSums).
template <typename T>
TargetColumns<T> SensorTargets(const AlignmentProblem& problem, const RowMatrix<T>& values,
                               const std::vector<TargetSums>& sums, const FoldSets& sets,
                               int times);

// The inputs of a tile of nulls of model_to_brain.
template <typename T>
struct LayerAtAlphas {
  const AlignmentProblem& problem;
  const ActivationColumns<T>& columns;
  const std::vector<ObservedFits::Fit>& fits;  // of the tile's times, on `columns`
  SpareMatrices<T>& spare;
};

// (null_count, 1, time_count) The scores of a tile of kNulls, which is of one layer. Each null has
// regressions of its own, because its features are those of other words. Errors: ABORTED with
// NeedsDouble, INTERNAL for a numerical failure, CANCELLED if `cancel` was set.
template <typename T>
absl::StatusOr<std::vector<double>> NullsOfLayer(const LayerAtAlphas<T>& of, const Tile& tile,
                                                 const CancelFlag& cancel);

// How many nulls of a layer NullsOfLayer works on at a time, and the bytes that it needs. `size`:
// from WithKnownAlphas, with one block of features.
int LayerNullsAtOnce(const ProblemSize& size, double features);
double LayerNullsBytes(const ProblemSize& size, double features, double sensors);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_MODEL_AT_ALPHAS_H_
