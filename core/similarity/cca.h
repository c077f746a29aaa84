#ifndef BRAINALIGN_CORE_SIMILARITY_CCA_H_
#define BRAINALIGN_CORE_SIMILARITY_CCA_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/similarity/held_out_side.h"

namespace brainalign {

// One matrix (words, p columns) on the training words of one fold, as far as canonical correlation
// analysis needs it: the Cholesky factor L of its regularised Gram matrix
//   L L' = D G D + rho tr(D G D) / p0 I
// with G the Gram matrix about the training mean, D the scale of each column, and p0 the columns
// of the matrix before any rotation. A column that is constant on the training words has weight 0.
struct CcaSide {
  Vector mean;    // (p) on the training words
  Vector scale;   // (p) D
  Matrix factor;  // (p, p) L, lower triangle; empty if no column varies

  // `zscore`: whether D scales each column to deviation 1 on the training words; else D is 1. `rho`
  // > 0. INTERNAL if the sum is not positive definite.
  static absl::StatusOr<CcaSide> Make(CentredFeatures train, bool zscore, double original_columns,
                                      double rho);
};

// The first canonical pairs of two sides: weights of columns about their training mean.
struct CanonicalPairs {
  Matrix x;  // (p, k)
  Matrix y;  // (q, k)
  // Pairs whose canonical correlation on the training words is more than rounding. The weights of
  // the others are 0.
  Eigen::Index defined = 0;
};

// The first `count` pairs. Directions come from the singular vectors u, v of Lx^-1 Cxy Ly^-T, with
// weights D Lx^-T u and D Ly^-T v. They are those of Cxx^-1/2 Cxy Cyy^-1/2: L^-1 is Cxx^-1/2 but
// for a rotation. (Hotelling 1936, "Relations between two sets of variates"; regularised as by
// Vinod 1976, "Canonical ridge and econometrics of joint production".) `cross` (p, q): sums of
// products on the training words about their means. INTERNAL for a numerical failure.
absl::StatusOr<CanonicalPairs> FindPairs(const CcaSide& x, const CcaSide& y, const Matrix& cross,
                                         Eigen::Index count);

// Variates of the held-out words: (n, k) the columns less their training mean, times the weights.
struct Variates {
  Matrix values;
  // (k) Sums of squares of the terms that make up the variates: rounding is in proportion to them.
  Eigen::RowVectorXd terms;

  // Variates without any terms.
  static Variates Zero(Eigen::Index words, Eigen::Index pairs);
  // Adds the terms of some columns (n, m), with their training mean (m) and weights (m, k).
  void Add(const Matrix& columns, const Vector& mean, const Matrix& weights);
};

// The mean over pairs of Pearson r of the variates. A pair counts 0 if one of its variates is
// constant, or if it is not among the first `defined` pairs.
SimilarityScore ScoreVariates(const Variates& x, const Variates& y, Eigen::Index defined);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_SIMILARITY_CCA_H_
