#ifndef BRAINALIGN_CORE_LINALG_TRIANGULAR_FACTOR_H_
#define BRAINALIGN_CORE_LINALG_TRIANGULAR_FACTOR_H_

#include "absl/status/status.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// R (p, p), upper triangular, with R'R = X'X, of rows X (n, p) that are added block by block.
// Householder's QR decomposition: unlike the Gram matrix, R does not square the condition of X.
class TriangularFactor {
 public:
  explicit TriangularFactor(Eigen::Index columns) : factor_(Matrix::Zero(columns, columns)) {}

  void Add(const Matrix& rows);  // (any, p)
  const Matrix& factor() const { return factor_; }

 private:
  Matrix factor_;
};

// An eigenvalue of EigenOfFactor is rounding if it is below this share of sum_j v_j^2 c_j, with v
// its eigenvector and c_j the sum of squares of column j: QR errs by roundoffs of each column, so
// that directions of small columns beside large ones are more than rounding.
constexpr double kNegligibleShareOfFactor = 1e-24;

// Eigenvalues of R'R (p), ascending, and its eigenvectors in the columns of `vectors` (p, p), from
// the singular values of R: each is right within about 1e-15 sqrt(value x largest), where
// SymmetricEigen of R'R errs by 1e-15 x largest. An eigenvalue that is rounding is set to 0, and
// its vector to zeros. INTERNAL if the routine does not converge.
absl::Status EigenOfFactor(const Matrix& factor, Vector& values, Matrix& vectors);

// Bytes that Add needs for up to p rows at a time, in addition to the factor, and bytes that
// EigenOfFactor needs.
inline double TriangularFactorBytes(double p) { return 8 * 2 * p * p; }

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_TRIANGULAR_FACTOR_H_
