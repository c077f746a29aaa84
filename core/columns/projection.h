#ifndef BRAINALIGN_CORE_COLUMNS_PROJECTION_H_
#define BRAINALIGN_CORE_COLUMNS_PROJECTION_H_

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/linalg/leading_eigen.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"

namespace brainalign {

// The leading principal components of a set of words' activations (METHOD: PCA
// to `pca` dimensions; scikit-learn's PCA with svd_solver="full", up to signs). Where the
// words vary along fewer directions than are asked for, the others are zero, and so is what they
// project to: it is a constant column, where scikit-learn's is of rounding errors.
struct Projection {
  Vector mean;        // (d)
  Matrix components;  // (d, k), orthonormal columns by falling variance, or zero
};

// From sums about the mean: for sets of at least as many words as dimensions.
// `search`: see LeadingEigen.
absl::StatusOr<Projection> ProjectionFromMoments(Vector mean, const SymmetricBlocks& covariance,
                                                 int components, EigenSearch* search,
                                                 const CancelFlag& cancel);

// From the words, rows (words, d): for sets of fewer words than dimensions.
absl::StatusOr<Projection> ProjectionFromWords(Matrix rows, int components,
                                               const CancelFlag& cancel);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_PROJECTION_H_
