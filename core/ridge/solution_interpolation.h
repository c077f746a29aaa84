#ifndef BRAINALIGN_CORE_RIDGE_SOLUTION_INTERPOLATION_H_
#define BRAINALIGN_CORE_RIDGE_SOLUTION_INTERPOLATION_H_

#include <vector>

#include "core/linalg/matrix_types.h"

namespace brainalign {

// Ridge solutions of every alpha as linear combinations of the solutions of a few alphas, in any
// basis:
//   z(alpha_a) = sum_q coefficients(q, a) z(alphas[chosen[q]]).
//
// In the eigenbasis of the features' Gram matrix a target with cross-products b
// has coefficients z_j(alpha) = b_j / (v_j + alpha). On the given eigenvalues, the functions v / (v
// + alpha) of a grid of alphas are nearly linearly dependent: for alphas far below or far above
// every eigenvalue they differ only by a factor.
struct SolutionInterpolation {
  std::vector<int> chosen;  // (Q) indices of alphas
  Matrix coefficients;      // (Q, A)
  Vector error;             // (A) of the predictions of y, as a share of |y|; 0 for the chosen
};

// The smallest set of alphas that keeps the error of the predictions of any target y, as vectors
// over the training words, within about `tolerance` |y|. `eigenvalues` (p): none negative.
SolutionInterpolation InterpolateSolutions(const Vector& eigenvalues,
                                           const std::vector<double>& alphas, double tolerance);

// The same for all eigenvalues that are 0 or in [least, most], 0 < least <= most.
SolutionInterpolation InterpolateSolutionsBetween(double least, double most,
                                                  const std::vector<double>& alphas,
                                                  double tolerance);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_SOLUTION_INTERPOLATION_H_
