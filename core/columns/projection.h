#ifndef BRAINALIGN_CORE_COLUMNS_PROJECTION_H_
#define BRAINALIGN_CORE_COLUMNS_PROJECTION_H_

#include <algorithm>

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/linalg/leading_eigen.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"

namespace brainalign {

// The leading k principal components of a set of words' activations (docs/method.md, "Principal
// components"): those of scikit-learn's PCA with svd_solver="full", up to signs. If the words vary
// along fewer than k directions, the other components are zero, and words project to 0 there.
// scikit-learn returns rounding errors in their place.
struct Projection {
  Vector mean;        // (d)
  Matrix components;  // (d, k), orthonormal columns by falling variance, or zero
  Vector values;      // (k) their eigenvalues: the sums of squares of the words' components
};

// From the `mean` (d) and the sums of products about it, `covariance` (d, d): for sets with at
// least as many words as dimensions. `search`: see LeadingEigen.
absl::StatusOr<Projection> ProjectionFromMoments(Vector mean, const SymmetricBlocks& covariance,
                                                 int components, EigenSearch* search,
                                                 const CancelFlag& cancel);

// From the words, `rows` (words, d): for sets with fewer words than dimensions. Their inner
// products give the components, or the words' singular values where inner products would mix them
// (MayBeMixed).
absl::StatusOr<Projection> ProjectionFromWords(Matrix rows, int components,
                                               const CancelFlag& cancel);

// Bytes that ProjectionFromWords needs, including `rows`.
inline double ProjectionFromWordsBytes(Eigen::Index words, double width, int components) {
  const auto count = static_cast<double>(words);
  return 8 * 2 * count * width + 8 * width * components + 12 * count * count +
         std::max(LeadingEigenBytes(words, components), SingularVectorsBytes(count, count));
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_PROJECTION_H_
