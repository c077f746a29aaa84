#ifndef BRAINALIGN_CORE_LINALG_LAPACK_H_
#define BRAINALIGN_CORE_LINALG_LAPACK_H_

#include "absl/status/status.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// The LAPACK routines that are used. Symmetric matrices are read from their lower triangle,
// unless a routine says otherwise.
// INTERNAL if a routine does not converge.

// symmetric = q * tridiagonal(diagonal, off_diagonal) * q'; n >= 1.
absl::Status Tridiagonalise(const Matrix& symmetric, Matrix& q, Vector& diagonal,
                            Vector& off_diagonal);

// Rows of the largest matrix that SymmetricEigen decomposes: LAPACK counts its workspace, 2 n^2
// numbers and more, in 32 bits.
constexpr Eigen::Index kLargestEigenproblem = 32'766;

// Bytes that SymmetricEigen needs in addition to its arguments, for n rows.
inline double SymmetricEigenBytes(double n) { return 8 * 2 * n * n; }

// Eigenvalues ascending, eigenvectors in the columns of `vectors`. INTERNAL also beyond
// kLargestEigenproblem.
absl::Status SymmetricEigen(const Matrix& symmetric, Vector& values, Matrix& vectors);

// Replaces the upper triangle of a symmetric matrix by its Cholesky factor U, matrix = U'U. The
// lower triangle is neither read nor written. False if the matrix is not positive definite; the
// upper triangle is then undefined.
bool CholeskyUpper(Matrix& matrix);

// Eigenvalues, ascending, of the symmetric tridiagonal matrix.
absl::Status TridiagonalEigenvalues(const Vector& diagonal, const Vector& off_diagonal,
                                    Vector& values);

// Singular values, descending, of a square matrix, and its right singular vectors in the columns of
// `vectors`.
absl::Status RightSingularVectors(const Matrix& square, Vector& values, Matrix& vectors);

// matrix (m, n) = left * diag(values) * right', with values (r) descending, left (m, r) and right
// (n, r), r = min(m, n) >= 1.
absl::Status SingularVectors(Matrix matrix, Vector& values, Matrix& left, Matrix& right);

// Bytes that SingularVectors needs in addition to its arguments, for a matrix (m, n).
inline double SingularVectorsBytes(double m, double n) {
  const double smaller = m < n ? m : n;
  return 8 * (smaller * (m + n) + 8 * smaller * smaller);
}

// An eigenvalue of a Gram matrix is rounding if it is below this share of the largest.
constexpr double kNegligibleShare = 1e-12;

// (p) 0 for eigenvectors whose eigenvalue is only rounding, and 1 for the others. It is rounding
// below `negligible_share` of the largest.
Eigen::ArrayXd SpannedDirections(const Vector& eigenvalues,
                                 double negligible_share = kNegligibleShare);

// Makes the linear algebra library run each call on the calling thread only, because there is one
// level of threads. May be called often.
void UseCallersThreads();

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_LAPACK_H_
