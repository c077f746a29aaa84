#ifndef BRAINALIGN_CORE_LINALG_LAPACK_H_
#define BRAINALIGN_CORE_LINALG_LAPACK_H_

#include "absl/status/status.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// Thin layer over the LAPACK routines in use. Symmetric matrices are read from
// their lower triangle. INTERNAL if a routine does not converge.

// symmetric = q * tridiagonal(diagonal, off_diagonal) * q'; n >= 1.
absl::Status Tridiagonalise(const Matrix& symmetric, Matrix& q, Vector& diagonal,
                            Vector& off_diagonal);

// Eigenvalues ascending, eigenvectors in the columns of `vectors`.
absl::Status SymmetricEigen(const Matrix& symmetric, Vector& values, Matrix& vectors);

// Eigenvalues, ascending, of the symmetric tridiagonal matrix.
absl::Status TridiagonalEigenvalues(const Vector& diagonal, const Vector& off_diagonal,
                                    Vector& values);

// Share of the largest eigenvalue that is rounding.
constexpr double kNegligibleShare = 1e-12;

// (p) 1 for the eigenvectors along which the matrix is more than nothing, 0 for those where the
// eigenvalue is rounding.
Eigen::ArrayXd SpannedDirections(const Vector& eigenvalues);

// Holds the linear algebra library to one thread for each call: the threads are
// the caller's (one level of threads only). Safe to call often.
void UseCallersThreads();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_LAPACK_H_
