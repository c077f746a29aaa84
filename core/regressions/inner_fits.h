#ifndef BRAINALIGN_CORE_REGRESSIONS_INNER_FITS_H_
#define BRAINALIGN_CORE_REGRESSIONS_INNER_FITS_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/regressions/target_columns.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/ridge.h"
#include "core/ridge/rounding_bound.h"
#include "core/ridge/single_precision_judge.h"

namespace brainalign {

// The fit of an inner fold, on the words that it keeps.
struct InnerFit {
  Ridge ridge;
  // Set if alphas are compared in single precision. Then `ridge` predicts nothing by itself, and
  // `inner_test_gram` (p, p) is the Gram matrix of the words of the inner test set, about their
  // mean and not scaled.
  std::optional<SinglePrecisionJudge> judge;
  Matrix inner_test_gram;
  std::vector<std::int32_t>
      positions;  // of the words of the inner test set; empty unless predicted directly
  std::vector<std::int32_t> train_positions;  // empty unless `ridge` is factorised
  RoundingBound rounding;                     // of `ridge`; unless `judge` is set

  std::int64_t held_bytes() const;
};

// The cross-products of some targets with the features, and their words.
template <typename T>
struct TargetsWithCross {
  const ColMatrix<T>& features;    // (n, p) by position
  const RowMatrixRef<T>& values;   // (n, m) by position
  const FoldTargets& statistics;   // of `values`
  const PerSet<CrossSums>& cross;  // (p, m)
  const PerSet<Vector>& mean;      // (p) of the features in each set
};

// (p, m) Cross-products over a set of words about the means of the set: what Ridge::Rotate takes. 0
// for a target that does not vary in the set. `feature_mean` (p), `targets`: of the same set.
RowMatrix<double> CentredCross(const CrossSums& cross, const Vector& feature_mean,
                               const TargetStatistics& targets);

// Rotated training cross-products (p, m) of `ridge`. `cross`: those of the features, about the
// means. `train_positions`: the words, if `ridge` is factorised.
template <typename T>
RowMatrix<double> OnTrainingWords(const Ridge& ridge, const ColMatrix<T>& features,
                                  const RowMatrixRef<T>& values, const RowMatrix<double>& cross,
                                  const TargetStatistics& statistics,
                                  const std::vector<std::int32_t>& train_positions);

// The second argument of EvaluationMoments::Predict for the targets on a fit's evaluation words.
// `cross`: as in OnTrainingWords. `positions`: those words, if they are predicted directly.
template <typename T>
RowMatrix<double> OnEvaluationWords(const Ridge& ridge, const RowMatrixRef<T>& values,
                                    const CrossSums& cross, const Vector& feature_mean,
                                    const TargetStatistics& statistics,
                                    const std::vector<std::int32_t>& positions);

// The criterion of selection blocked, of one inner fold or the sum over some: (A, m) each.
struct BlockedErrors {
  Criterion squares;      // of errors on the words that inner folds hold out
  Criterion inflation;    // what rounding of the cross-products may have added
  Criterion error_bound;  // what single precision may be off by

  BlockedErrors(Eigen::Index alphas, Eigen::Index targets)
      : squares(Criterion::Zero(alphas, targets)), inflation(squares), error_bound(squares) {}
  void Add(const BlockedErrors& more) {
    squares += more.squares;
    inflation += more.inflation;
    error_bound += more.error_bound;
  }
  void MoveTo(Criterion& to_squares, Criterion& to_inflation, Criterion& to_error_bound) {
    to_squares = std::move(squares);
    to_inflation = std::move(inflation);
    to_error_bound = std::move(error_bound);
  }
};

// (J) Of each inner fold.
template <typename T>
std::vector<BlockedErrors> ErrorsOfInnerFolds(const std::vector<InnerFit>& fits,
                                              const TargetsWithCross<T>& targets,
                                              const std::vector<double>& alphas);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_INNER_FITS_H_
