#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_LEAVE_ONE_OUT_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_LEAVE_ONE_OUT_H_

#include <cstdint>
#include <vector>

#include "core/leave_one_out/leverage.h"
#include "core/leave_one_out/near_ties.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Leave-one-out errors of one fold's fit, for every alpha.
//
// The error of target y is sum_i c_i^2 (y_i - x_i'w)^2 over the training words,
// c = 1 / (1 - leverage). As a function of the word c^2 varies little: its mean weighs
// the sum of squared residuals, which the fit's sums give for every alpha at once, and
// what it differs from its mean by adds up like many small errors of either sign
// (docs/method.md, "Leave-one-out"). Where that could decide between alphas, the words themselves
// are asked.
template <typename T>
class LeaveOneOut {
 public:
  // `ridge`: the fit on the training words of `sets`, made with Ridge::Basis::kEigen
  // from `features` (n, p).
  static LeaveOneOut Make(const Ridge& ridge, const ColMatrix<T>& features, const FoldSets& sets,
                          const std::vector<double>& alphas);

  // (A, m) Exact wherever it decides which alpha is best. `ridge` and `features` as in Make.
  // `b`: rotated training cross-products of `targets` (n, m). `shared`: null where each
  // target chooses for itself.
  Criterion Evaluate(const Ridge& ridge, const ColMatrix<T>& features, const RowMatrix<double>& b,
                     const TargetStatistics& train, const RowMatrixRef<T>& targets,
                     const SharedChoice* shared) const;

  std::int64_t held_bytes() const;

 private:
  LeaveOneOut() = default;

  std::vector<double> alphas_;
  FoldSets sets_;
  LeaveOneOutWeights<T> weights_;  // where T is double
  LeverageSample sample_;          // where T is float
  Vector mean_excess_;             // (A) over the training words
  Vector doubt_;                   // (A) share of a sum that the weights' differences could change
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_LEAVE_ONE_OUT_H_
