#ifndef BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_MAPS_H_
#define BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_MAPS_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/moments/target_moments.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {

// Parts of InfluenceOfBlocks (core/regressions/block_influence.h), which has the formulas.

// One fold's weights of some columns, and what follows from them. All are 0 for a column without
// influence, except `weights` and the means. T is the type that holds the words.
template <typename T>
struct FoldMaps {
  RowMatrix<T> weights;    // (p, m) w
  RowMatrix<T> gradient;   // (p, m) h
  Eigen::ArrayXd inverse;  // (m) 1 / sqrt(S_yy S_ff)
  Eigen::ArrayXd over_yy;  // (m) r / S_yy
  Eigen::ArrayXd over_ff;  // (m) r / S_ff
  Vector train_mean;       // (m) of the targets
  Vector test_mean;        // (m)
  // (m) About the error of a column's influence by rounding of maps and of sums over blocks in
  // single precision; 0 if T is double.
  Eigen::ArrayXd error;
};

// The maps of the m columns with these sums and statistics of the fold, at `alphas` (m), indices
// into `values`. `moments`: of the features over the fold's sets.
template <typename T>
FoldMaps<T> MakeFoldMaps(const RegressionByTarget<T>& regression, const std::vector<double>& values,
                         const PerSet<CentredFeatures>& moments, const PerSet<CrossSums>& cross,
                         const FoldTargets& targets, std::vector<int> alphas);

// Bytes that MakeFoldMaps needs for m columns while it runs, and that its result holds.
struct FoldMapsBytes {
  double making = 0;
  double held = 0;
};
FoldMapsBytes BytesOfFoldMaps(double value_bytes, double features, double columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_INFLUENCE_MAPS_H_
