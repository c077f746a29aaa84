#ifndef BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_
#define BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/linalg/lapack.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// Columns of the space that is searched for `count` eigenvectors: more of them take fewer
// products with the matrix, each of which takes longer. Processors multiply 16 to 48
// columns at once.
inline Eigen::Index SearchWidth(int count) { return (count + 32 + 47) / 48 * 48; }

// Whether the `count` leading eigenvectors of a matrix of n rows are found by decomposing it in
// full: a small one, or one most of whose space would have to be searched.
inline bool DecomposesInFull(Eigen::Index n, int count) {
  return n <= 400 || 3 * std::min(n, SearchWidth(count)) > n;
}

// Bytes that LeadingEigen takes beside EigenSearch::single.
inline double LeadingEigenBytes(Eigen::Index n, int count) {
  const auto size = static_cast<double>(n);
  // The matrix and its eigenvectors, or the matrices of a filter.
  if (DecomposesInFull(n, count)) return 8 * 2 * size * size + SymmetricEigenBytes(size);
  return 8 * 9 * size * static_cast<double>(SearchWidth(count));
}

// A positive semidefinite matrix that is worked out where it is needed.
class SymmetricBlocks {
 public:
  explicit SymmetricBlocks(Eigen::Index size) : rounding_(Vector::Zero(size)) {}
  // `rounding` (n): along a direction v rounding may have added sum_j rounding_j v_j^2.
  explicit SymmetricBlocks(Vector rounding) : rounding_(std::move(rounding)) {}
  virtual ~SymmetricBlocks() = default;

  Eigen::Index size() const { return rounding_.size(); }
  const Vector& rounding() const { return rounding_; }
  // The elements from (row, column) on, to all of `block`. Where row == column only its lower
  // triangle need be right; row < column does not occur.
  virtual void Get(Eigen::Index row, Eigen::Index column, Eigen::Ref<Matrix> block) const = 0;

 private:
  const Vector rounding_;
};

// What one search keeps for the next, of a matrix nearby, and memory to work in.
struct EigenSearch {
  // Of `single`, for a matrix of n rows. Rows that are a multiple of 4 KiB apart would be slow to
  // multiply.
  static Eigen::Index SingleRows(Eigen::Index n) { return n + 16; }

  Matrix space;             // (n, any number of columns) spans a first guess
  ColMatrix<float> single;  // (SingleRows(n), n), or else it becomes so
  // Eigenvectors after those that were asked for, as far as they were found, and their values.
  Matrix next_vectors;  // (n, any number)
  Vector next_values;
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
