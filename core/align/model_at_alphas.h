#ifndef BRAINALIGN_CORE_ALIGN_MODEL_AT_ALPHAS_H_
#define BRAINALIGN_CORE_ALIGN_MODEL_AT_ALPHAS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/observed_fits.h"
#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/spare_matrices.h"
#include "core/problem/problem_size.h"
#include "core/regressions/problem_features.h"

namespace brainalign {

// Adds a block of features to those of a layer: its columns, `values` (n, d). Where a fold trains
// on fewer words than there are columns, they are turned to the dual.
template <typename T>
void AddLayerFeatures(ColMatrix<T> values, const Segments& segments, ProblemFeatures<T>& features);

// (n, times x sensors), time-major: the sensors at `count` time samples, standardised over all
// words.
template <typename T>
RowMatrix<T> SensorColumns(const AlignmentProblem& problem, int time_begin, int count,
                           SpareMatrices<T>& spare);

// Time samples of the sensors that are processed at a time.
int TimesOfSensors(int sensors);

// The origin of sensors that are standardised over all words, from their statistics over the
// training words: see TargetsOfFold.
Eigen::ArrayXd OriginOfSensors(const AlignmentSpec& spec, const TargetStatistics& train);

// The targets of a fold: `values` of SensorColumns at so many times, with their `sums`
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
