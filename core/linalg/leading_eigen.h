#ifndef BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_
#define BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// Columns of the space that is searched for `count` eigenvectors: more of them take fewer
// products with the matrix, each of which takes longer. Processors multiply 16 to 48
// columns at once.
inline Eigen::Index SearchWidth(int count) { return (count + 32 + 47) / 48 * 48; }

// A positive semidefinite matrix that is worked out where it is needed.
class SymmetricBlocks {
 public:
  // `rounding`: what rounding may have added along a direction, as a share of what the elements
  // on the diagonal come to along it.
  explicit SymmetricBlocks(Eigen::Index size, double rounding = 0)
      : size_(size), rounding_(rounding) {}
  virtual ~SymmetricBlocks() = default;

  Eigen::Index size() const { return size_; }
  double rounding() const { return rounding_; }
  // The elements from (row, column) on, to all of `block`. Where row == column only its lower
  // triangle need be right; row < column does not occur.
  virtual void Get(Eigen::Index row, Eigen::Index column, Eigen::Ref<Matrix> block) const = 0;

 private:
  const Eigen::Index size_;
  const double rounding_;
};

// What one search keeps for the next, of a matrix nearby, and memory to work in.
struct EigenSearch {
  // Of `single`, for a matrix of n rows. Rows that are a multiple of 4 KiB apart would be slow to
  // multiply.
  static Eigen::Index SingleRows(Eigen::Index n) { return n + 16; }

  Matrix space;             // (n, any number of columns) spans a first guess
  ColMatrix<float> single;  // (SingleRows(n), n), or else it becomes so
};

// The `count` largest eigenvalues, descending, with their eigenvectors. Deterministic. Those that
// are no more than rounding (SymmetricBlocks::rounding, and 1e-13 of the largest) are told as 0,
// with vectors of zeros.
//
// Small matrices are done in full. Large ones by subspace iteration with Chebyshev
// filters (Zhou, Saad, Tiago, Chelikowsky 2006, J. Comput. Phys. 219:172), until
// every residual |Gv - value v| is below 1e-5 of the last eigenvalue asked for that is not 0.
// `kept`, if not null, is what was kept of a search before. CANCELLED if `cancel` is set
// meanwhile.
absl::Status LeadingEigen(const SymmetricBlocks& symmetric, int count, EigenSearch* kept,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors);

// The same of a matrix whose lower triangle is at hand.
absl::Status LeadingEigen(const Matrix& lower, int count, EigenSearch* kept,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_
