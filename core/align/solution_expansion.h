#ifndef BRAINALIGN_CORE_ALIGN_SOLUTION_EXPANSION_H_
#define BRAINALIGN_CORE_ALIGN_SOLUTION_EXPANSION_H_

#include <vector>

#include "core/align/matrix_types.h"

namespace brainalign {

// Ridge solutions of every alpha as combinations of a few.
//
// In the eigenbasis of the features' Gram matrix a target with cross-products b
// has coefficients z_j(alpha) = b_j / (v_j + alpha). Seen over the eigenvalues
// that there are, the functions v / (v + alpha) of a grid of alphas are nearly
// dependent: alphas far below or far above every eigenvalue differ from each
// other by a factor only. So
//   z_j(alpha_a) = b_j sum_q basis(j, q) coefficients(q, a).
struct SolutionExpansion {
  Matrix basis;         // (p, Q)
  Matrix coefficients;  // (Q, A), orthonormal rows
  // (A) What the terms leave out of the predictions of a target y, as vectors over
  // the training words, is at most omitted |y|.
  Vector omitted;
};

// As few terms Q as keep every entry of `omitted` below `tolerance`. `eigenvalues`
// (p): none negative.
SolutionExpansion ExpandSolutions(const Vector& eigenvalues, const std::vector<double>& alphas,
                                  double tolerance);

// The same with the solutions of a few of the alphas, which are at hand in any basis:
//   z(alpha_a) = sum_q coefficients(q, a) z(alphas[chosen[q]]).
struct SolutionInterpolation {
  std::vector<int> chosen;  // (Q) indices of alphas
  Matrix coefficients;      // (Q, A)
};

// As few as keep the predictions of any target y within about `tolerance` |y|.
SolutionInterpolation InterpolateSolutions(const Vector& eigenvalues,
                                           const std::vector<double>& alphas, double tolerance);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SOLUTION_EXPANSION_H_
