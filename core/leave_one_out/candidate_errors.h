#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_ERRORS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_ERRORS_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// One alpha of one target: an entry of the criterion (A, m). Targets for which several alphas may
// have the least error are decided among such entries.
struct AlphaCandidate {
  Eigen::Index alpha = 0;   // index of the alpha
  Eigen::Index target = 0;  // index of the target
};

// Leave-one-out errors of some candidates.
struct ErrorsOfCandidates {
  Eigen::RowVectorXd sum;          // (candidates)
  Eigen::RowVectorXd error_bound;  // (candidates) estimated bound on the error of each sum
};

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

// Computes leave-one-out errors of one fold for some candidates (docs/method.md, "Leave-one-out"):
//   E = sum_i (y_i - yhat_i)^2 / (1 - h_i)^2 over the training words,
// with h the leverages. In both methods `candidates` must be sorted by alpha, and results are in
// their order.
class LeaveOneOutErrors {
 public:
  virtual ~LeaveOneOutErrors() = default;
  // In single precision, from the fit's leading directions, with a bound on the error of each sum.
  virtual ErrorsOfCandidates Nearly(const std::vector<AlphaCandidate>& candidates) const = 0;
  // (candidates) In double precision, from all directions of all words.
  virtual Eigen::RowVectorXd Exactly(const std::vector<AlphaCandidate>& candidates) const = 0;
};

// A fold's fit and its targets, as LeaveOneOutErrors needs them. All must outlive it.
template <typename T>
struct CandidateInputs {
  const Ridge& ridge;                 // with Basis::kEigen
  const ColMatrix<T>& features;       // (n, p) by position
  const RowMatrix<double>& b;         // (p, m) rotated training cross-products
  const TargetStatistics& train;      // (m)
  const RowMatrixRef<T>& targets;     // (n, m) by position
  const std::vector<double>& alphas;  // (A) ascending
};

// LeaveOneOutErrors::Exactly for given weights. `excess` (n, A): see LeaveOneOutWeights.
template <typename T>
Eigen::RowVectorXd ErrorsInDoublePrecision(const CandidateInputs<T>& inputs,
                                           const RowMatrix<T>& excess,
                                           const std::vector<AlphaCandidate>& candidates);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_ERRORS_H_
