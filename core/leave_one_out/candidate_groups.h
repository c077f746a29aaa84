#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_GROUPS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_GROUPS_H_

#include <vector>

#include "core/leave_one_out/candidate_errors.h"
#include "core/linalg/matrix_types.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Candidates that level 0 of CandidateErrors evaluates together, and their coefficients. It forms
// the predictions of a whole group in one matrix product, from the leading directions of the fit
// alone: directions with eigenvalues well below alpha contribute almost nothing to a prediction.
// All candidates of a group need about the same number of directions. docs/method.md,
// "Leave-one-out", describes the method and the bound on its error.
//
// With v_j the p eigenvalues of the fit, b the rotated training cross-products (p, m), and alpha
// and y those of a candidate, the coefficient of direction j is z_j = b_jy / (v_j + alpha). A word
// with features u (directions) about the training mean, in the fit's basis with the leading
// direction first, has the prediction mean + u * solutions.
//
// Order of calls: GroupCandidates makes the groups. Level 0 then turns each block of words into
// the basis, multiplies it by `solutions`, and calls ForEachAlpha to sum the residuals with the
// weights of each alpha. From `predicted`, `lost`, `coefficients` and `slope` it bounds the errors.
struct CandidateGroup {
  // (candidates) In the order of GroupCandidates' argument: sorted by alpha.
  std::vector<int> alpha;       // index of the alpha
  std::vector<int> target;      // index of the target
  Eigen::RowVectorXf mean;      // (candidates) training means of the targets
  Eigen::Index directions = 0;  // how many leading directions are used
  RowMatrix<float> solutions;   // (directions, candidates) z, leading direction first
  Eigen::ArrayXd predicted;     // (candidates) sum_j v_j z_j^2 over all p directions
  Eigen::ArrayXd lost;          // (candidates) the same over the directions that are left out
  Eigen::ArrayXd coefficients;  // (candidates) sum_j z_j^2 over all p directions
  // (candidates) sum_j (b_j (v_j + 2 alpha) / (v_j + alpha)^2)^2: the squares of half the
  // derivatives of the residual sum of squares with respect to b_j.
  Eigen::ArrayXd slope;

  Eigen::Index size() const { return solutions.cols(); }  // candidates
};

// How many of the least eigenvalues of a fit on so many words can be left out at `alpha`. `solver`:
// of the fit, with Basis::kEigen. Leaves out as many as keep the leverages within 1e-3 of their
// spread over the words, and predictions of noise within 2e-3 of the target.
Eigen::Index NegligibleDirections(const RidgeSolver& solver, double alpha, double words);

// Divides `candidates`, which must be sorted by alpha, into groups of at most kCandidatesAtOnce.
// The groups are in the order of `candidates`.
template <typename T>
std::vector<CandidateGroup> GroupCandidates(const CandidateInputs<T>& inputs,
                                            const std::vector<AlphaCandidate>& candidates);

// Calls `of_alpha(alpha, first, count)` for each alpha of a group, in order: the candidates
// [first, first + count) of the group have this alpha.
template <typename OfAlpha>
void ForEachAlpha(const CandidateGroup& group, const OfAlpha& of_alpha) {
  for (std::size_t first = 0; first < group.alpha.size();) {
    std::size_t last = first;
    while (last < group.alpha.size() && group.alpha[last] == group.alpha[first]) ++last;
    of_alpha(group.alpha[first], first, last - first);
    first = last;
  }
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_CANDIDATE_GROUPS_H_
