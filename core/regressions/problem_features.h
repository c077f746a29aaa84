#ifndef BRAINALIGN_CORE_REGRESSIONS_PROBLEM_FEATURES_H_
#define BRAINALIGN_CORE_REGRESSIONS_PROBLEM_FEATURES_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/problem/segments.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {

// Features of the regressions of every outer fold: one block that all folds share, or one block for
// each fold.
template <typename T>
struct ProblemFeatures {
  std::vector<ColMatrix<T>> values;                    // blocks of (n, p), by position
  std::vector<std::vector<FeatureSums>> segment_sums;  // of each block
  bool zscore = false;  // whether Make must scale them over the training words

  bool per_fold() const { return values.size() > 1; }
  std::size_t block(int fold) const { return per_fold() ? static_cast<std::size_t>(fold) : 0; }
  FeatureScaling scaling(std::size_t block) const { return {zscore ? values[block].cols() : 0}; }
};

// Whether some fold has fewer training words than `features`. If so, the problem is solved in the
// dual.
bool WantsDual(const Segments& segments, Eigen::Index features);

// (p) One over each feature's deviation over the words at `positions`; 1 if constant. `values` (n,
// p).
template <typename T>
Vector InverseDeviationOver(const ColMatrix<T>& values, const std::vector<std::int32_t>& positions);

// The dual (docs/method.md, "How it is computed"): rotates the features so that at most n are left.
// With the QR decomposition X' = Q R, the rows of R' have the same inner products as the rows of X.
// Ridge regression on R' therefore makes the same predictions: its weights lie in the words' span.
// `zscore`: features are first scaled to unit deviation over each fold's training words, which
// makes one block per fold. `bases`, if not null: gets Q (features, p) of each block.
template <typename T>
ProblemFeatures<T> TurnToDual(const ColMatrix<T>& values, const Segments& segments, bool zscore,
                              std::vector<Matrix>* bases = nullptr);

// (K) The regressions of every fold. `back` and errors as in RegressionByTarget::Make.
template <typename T>
absl::StatusOr<std::vector<RegressionByTarget<T>>> MakeRegressionsByTarget(
    const ProblemFeatures<T>& features, const Segments& segments, const AlignmentSpec& spec,
    const Matrix* back);

// (K) Cross-products of the features and `targets` (n, m) for every fold. If all folds share one
// block of features, the sums over segments are computed once.
template <typename T>
std::vector<PerSet<CrossSums>> CrossOfAllFolds(const ProblemFeatures<T>& features,
                                               const RowMatrixRef<T>& targets,
                                               const Segments& segments);

// Bytes that ProblemFeatures holds: `blocks` blocks of so many features, with their sums.
double ProblemFeaturesBytes(const ProblemSize& size, double features, double blocks);
// Bytes that TurnToDual needs in addition to `values` and its result.
double TurnToDualBytes(const ProblemSize& size, double features);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_PROBLEM_FEATURES_H_
