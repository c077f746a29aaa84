#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_LEAVE_ONE_OUT_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_LEAVE_ONE_OUT_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/leave_one_out/left_out_words.h"
#include "core/leave_one_out/leverage.h"
#include "core/leave_one_out/spanned_words.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/problem/work.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/near_ties.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Leave-one-out errors of one fold's fit, for every alpha (docs/method.md, "Leave-one-out").
//
// The error of target y is sum_i c_i^2 (y_i - x_i'w)^2 over the training words, with
// c = 1 / (1 - leverage). c^2 varies little between words. Its mean, times the residual sum of
// squares, follows from the fit's sums for every alpha at once. The differences of c^2 from its
// mean add up like many small errors with random signs, unless few words make up the squares of a
// target (concentration.h). If they could change which alpha is best, the errors of the alphas in
// question are summed from the words (near_ties.h).
template <typename T>
class LeaveOneOut {
 public:
  // `ridge`: the fit on the training words of `sets`, made with Ridge::Basis::kEigen
  // from `features` (n, p). INTERNAL if a decomposition does not converge.
  static absl::StatusOr<LeaveOneOut> Make(const Ridge& ridge, const ColMatrix<T>& features,
                                          const FoldSets& sets, const std::vector<double>& alphas);

  // (A, m) The errors, accurate enough that the least of each target (or group) is at the right
  // alpha. `ridge` and `features` as in Make. `b` (p, m): rotated training cross-products of
  // `targets` (n, m). `shared`: null if each target has an alpha of its own.
  Criterion Evaluate(const Ridge& ridge, const ColMatrix<T>& features, const RowMatrix<double>& b,
                     const TargetStatistics& train, const RowMatrixRef<T>& targets,
                     const SharedChoice* shared) const;

  // Sets the entries of `criterion` (A, m) at one alpha of each target, `index` (m), to the errors
  // that the words give in float64, which is the most accurate form. T must be double.
  void SetExactly(const Ridge& ridge, const ColMatrix<T>& features, const RowMatrix<double>& b,
                  const TargetStatistics& train, const RowMatrixRef<T>& targets,
                  const std::vector<int>& index, Criterion& criterion) const;

  // The largest leverage at the smallest alpha, of the words that were sampled; T is float.
  double LargestLeverage() const { return sample_.leverage.col(0).maxCoeff(); }

  std::int64_t held_bytes() const;

 private:
  LeaveOneOut() = default;

  std::vector<double> alphas_;
  FoldSets sets_;
  LeaveOneOutWeights<T> weights_;  // only if T is double
  LeftOutWords left_out_;          // only if T is double
  SpannedWords spanned_;           // only if T is double; then in place of weights_ and left_out_
  LeverageSample sample_;          // only if T is float
  Vector mean_excess_;             // (A) mean of the weights less 1 over the training words
  Vector spread_;                  // (A) of the weights, as in LeaveOneOutMoments
};

// Bytes of the LeaveOneOut of one outer fold.
struct LeaveOneOutBytes {
  double held = 0;        // as long as it exists
  double making = 0;      // during Make
  double evaluating = 0;  // during Evaluate, for `targets` targets
};
LeaveOneOutBytes BytesOfLeaveOneOut(const ProblemSize& size, double features, double targets);

// The work of Make for all outer folds, and of Evaluate for `targets` targets, so many `at_once`.
Work LeaveOneOutWeightsWork(const ProblemSize& size, double features);
Work LeaveOneOutErrorsWork(const ProblemSize& size, double features, double targets,
                           double at_once);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_LEAVE_ONE_OUT_H_
