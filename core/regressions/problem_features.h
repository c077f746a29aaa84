#ifndef BRAINALIGN_CORE_REGRESSIONS_PROBLEM_FEATURES_H_
#define BRAINALIGN_CORE_REGRESSIONS_PROBLEM_FEATURES_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/problem/segments.h"
#include "core/regressions/fold_problem.h"

namespace brainalign {

// Features of the regressions of every outer fold: one block that all folds
// share, or a block of its own for each.
template <typename T>
struct ProblemFeatures {
  std::vector<ColMatrix<T>> values;                    // (n, p) by position
  std::vector<std::vector<FeatureSums>> segment_sums;  // of each block
  bool zscore = false;                                 // over training words, still to be done

  bool per_fold() const { return values.size() > 1; }
  std::size_t block(int fold) const { return per_fold() ? static_cast<std::size_t>(fold) : 0; }
};

// Whether some fold trains on fewer words than `features`: then the problem is
// solved in the dual.
bool WantsDual(const Segments& segments, Eigen::Index features);

// The dual: features turned so that no more than n are left. With X' = Q R, the
// rows of R' have the same inner products as the words' features, so ridge
// regression on them is the same regression (its weights lie in the words' span).
// `zscore`: features are first scaled to unit deviation over each fold's training
// words, which makes one block a fold.
template <typename T>
ProblemFeatures<T> TurnToDual(const ColMatrix<T>& values, const Segments& segments, bool zscore);

// One problem a fold. They do not hold the features.
template <typename T>
absl::StatusOr<std::vector<FoldProblem<T>>> MakeProblems(const ProblemFeatures<T>& features,
                                                         const Segments& segments,
                                                         const AlignmentSpec& spec);

// Cross-products with targets that all folds share, or that belong to one fold.
// Sums over segments are shared where nothing differs between the folds.
template <typename T>
std::vector<PerSet<CrossSums>> CrossOfAllFolds(const ProblemFeatures<T>& features,
                                               const RowMatrixRef<T>& targets,
                                               const Segments& segments);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_PROBLEM_FEATURES_H_
