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

// Rows of the largest matrix that SymmetricEigen decomposes: LAPACK counts its workspace, 2 n^2
// numbers and more, in 32 bits.
constexpr Eigen::Index kLargestEigenproblem = 32'766;

// Bytes that SymmetricEigen takes beside its arguments, for n rows.
inline double SymmetricEigenBytes(double n) { return 8 * 2 * n * n; }

// Eigenvalues ascending, eigenvectors in the columns of `vectors`. INTERNAL also beyond
// kLargestEigenproblem.
absl::Status SymmetricEigen(const Matrix& symmetric, Vector& values, Matrix& vectors);

// Eigenvalues, ascending, of the symmetric tridiagonal matrix.
absl::Status TridiagonalEigenvalues(const Vector& diagonal, const Vector& off_diagonal,
                                    Vector& values);

// Singular values, descending, of a square matrix, and its right singular vectors in the columns of
// `vectors`.
absl::Status RightSingularVectors(const Matrix& square, Vector& values, Matrix& vectors);

// matrix (m, n) = left * diag(values) * right', with values (r) descending, left (m, r) and right
// (n, r), r = min(m, n) >= 1.
absl::Status SingularVectors(Matrix matrix, Vector& values, Matrix& left, Matrix& right);

// Bytes that SingularVectors takes beside its arguments, for a matrix (m, n).
inline double SingularVectorsBytes(double m, double n) {
  const double smaller = m < n ? m : n;
  return 8 * (smaller * (m + n) + 8 * smaller * smaller);
}

// Share of the largest eigenvalue that is rounding, of eigenvalues from a Gram matrix.
constexpr double kNegligibleShare = 1e-12;

// (p) 1 for the eigenvectors along which the matrix is more than nothing, 0 for those where the
// eigenvalue is rounding: below `negligible_share` of the largest.
Eigen::ArrayXd SpannedDirections(const Vector& eigenvalues,
                                 double negligible_share = kNegligibleShare);

// Holds the linear algebra library to one thread for each call: the threads are
// the caller's (one level of threads only). Safe to call often.
void UseCallersThreads();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_LAPACK_H_
