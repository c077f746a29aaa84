#ifndef BRAINALIGN_CORE_ALIGN_LEADING_EIGEN_H_
#define BRAINALIGN_CORE_ALIGN_LEADING_EIGEN_H_

#include "absl/status/status.h"
#include "core/align/cancel.h"
#include "core/align/matrix_types.h"

namespace brainalign {

// The `count` largest eigenvalues of a positive semidefinite matrix (read from its
// lower triangle), descending, with their eigenvectors. Deterministic.
//
// Small matrices are done in full. Large ones by subspace iteration with Chebyshev
// filters (Zhou, Saad, Tiago, Chelikowsky 2006, J. Comput. Phys. 219:172), until
// every residual |Gv - value v| is below 1e-5 of the last eigenvalue asked for.
// `start` (n, any number of columns), if not null, spans a first guess, such as
// the answer for a matrix nearby; on return it holds the space searched.
// CANCELLED if `cancel` is set meanwhile.
absl::Status LeadingEigen(const Matrix& symmetric, int count, Matrix* start,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LEADING_EIGEN_H_
