#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_ERRORS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_ERRORS_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/ridge/near_ties.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Words, and candidates, whose predictions are computed at a time.
inline constexpr Eigen::Index kJudgedRowsAtOnce = 512;
inline constexpr std::size_t kCandidatesAtOnce = 512;
// A sum over words of small errors with random signs is assumed to be off by at most so many
// standard deviations. The number is large because residuals can have heavy tails. SettleNearTies
// detects cases where it is too small.
inline constexpr double kBoundDeviations = 16;
// Relative rounding error of a prediction in single precision, without cancellation. A product over
// p features is off by about sqrt(p) 3e-8, which is 1e-6 for a thousand.
inline constexpr double kPredictionRounding = 1e-6;
// Relative rounding error of a target's value in single precision.
inline constexpr double kValueRounding = 1.2e-7;

// The leave-one-out errors of one fold for some candidates (docs/method.md, "Leave-one-out"),
//   E = sum_i (y_i - yhat_i)^2 / (1 - h_i)^2 over the training words,
// with h the leverages, are CandidateErrors with these levels:
//   0  in single precision, from the fit's leading directions
//   1  in double precision, from all directions of all words; of many words, the weights are single
//   2  of many words: weights and cross-products in double precision, too

// A fold's fit and its targets, as they need them. All must outlive it.
template <typename T>
struct CandidateInputs {
  const Ridge& ridge;                 // with Basis::kEigen
  const ColMatrix<T>& features;       // (n, p) by position
  const RowMatrix<double>& b;         // (p, m) rotated training cross-products
  const TargetStatistics& train;      // (m)
  const RowMatrixRef<T>& targets;     // (n, m) by position
  const std::vector<double>& alphas;  // (A) ascending
};

// Level 1, for given weights. `excess` (n, A): see LeaveOneOutWeights. If T is float, the error
// bounds are what rounding of the weights may do.
template <typename T>
CandidateCriteria ErrorsInDoublePrecision(const CandidateInputs<T>& inputs,
                                          const RowMatrix<T>& excess,
                                          const std::vector<AlphaCandidate>& candidates);

// Level 2: leverages and cross-products of the candidates' targets are computed from the words in
// double precision, too. `sets`: of the fold whose training words were fitted.
CandidateCriteria ErrorsFromWords(const CandidateInputs<float>& inputs, const FoldSets& sets,
                                  const std::vector<AlphaCandidate>& candidates);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_ERRORS_H_
