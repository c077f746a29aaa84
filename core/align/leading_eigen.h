#ifndef BRAINALIGN_CORE_ALIGN_LEADING_EIGEN_H_
#define BRAINALIGN_CORE_ALIGN_LEADING_EIGEN_H_

#include "absl/status/status.h"
#include "core/align/cancel.h"
#include "core/align/matrix_types.h"

namespace brainalign {

// Columns of the space that is searched for `count` eigenvectors: more of them take fewer
// products with the matrix, each of which takes longer. Processors multiply 16 to 48
// columns at once.
inline Eigen::Index SearchWidth(int count) { return (count + 32 + 47) / 48 * 48; }

// What one search keeps for the next, of a matrix nearby.
struct EigenSearch {
  Matrix space;             // (n, any number of columns) spans a first guess
  RowMatrix<float> memory;  // to work in
};

// The `count` largest eigenvalues of a positive semidefinite matrix (read from its
// lower triangle), descending, with their eigenvectors. Deterministic.
//
// Small matrices are done in full. Large ones by subspace iteration with Chebyshev
// filters (Zhou, Saad, Tiago, Chelikowsky 2006, J. Comput. Phys. 219:172), until
// every residual |Gv - value v| is below 1e-5 of the last eigenvalue asked for.
// `search`, if not null, is what was kept of a search before. CANCELLED if `cancel` is set
// meanwhile.
absl::Status LeadingEigen(const Matrix& symmetric, int count, EigenSearch* search,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LEADING_EIGEN_H_
