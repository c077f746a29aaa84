#ifndef BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_
#define BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/linalg/lapack.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// Number of columns of the search space for `count` eigenvectors. A larger space needs fewer, but
// longer products with the matrix. Processors multiply 16 to 48 columns at once.
inline Eigen::Index SearchWidth(int count) { return (count + 32 + 47) / 48 * 48; }

// Whether the `count` leading eigenvectors of a matrix of n rows are found by decomposing it in
// full: this is so for a small matrix, and if the search space would be most of the whole space.
inline bool DecomposesInFull(Eigen::Index n, int count) {
  return n <= 400 || 3 * std::min(n, SearchWidth(count)) > n;
}

// Bytes that LeadingEigen needs in addition to EigenSearch::single.
inline double LeadingEigenBytes(Eigen::Index n, int count) {
  const auto size = static_cast<double>(n);
  // The matrix and its eigenvectors, or the matrices of a filter.
  if (DecomposesInFull(n, count)) return 8 * 2 * size * size + SymmetricEigenBytes(size);
  return 8 * 9 * size * static_cast<double>(SearchWidth(count));
}

// A positive semidefinite matrix (n, n) whose blocks are computed on request.
class SymmetricBlocks {
 public:
  explicit SymmetricBlocks(Eigen::Index size) : rounding_(Vector::Zero(size)) {}
  // `rounding` (n): along a direction v rounding may have added sum_j rounding_j v_j^2.
  explicit SymmetricBlocks(Vector rounding) : rounding_(std::move(rounding)) {}
  virtual ~SymmetricBlocks() = default;

  Eigen::Index size() const { return rounding_.size(); }
  const Vector& rounding() const { return rounding_; }
  // Sets `block` to the elements from (row, column) on. If row == column, only its lower triangle
  // is used. Never called with row < column.
  virtual void Get(Eigen::Index row, Eigen::Index column, Eigen::Ref<Matrix> block) const = 0;

 private:
  const Vector rounding_;
};

// State that one search keeps for the next search of a similar matrix, and working memory.
struct EigenSearch {
  // Number of rows of `single` for a matrix of n rows. A distance of a multiple of 4 KiB between
  // columns would slow products down.
  static Eigen::Index SingleRows(Eigen::Index n) { return n + 16; }

  Matrix space;             // (n, any number of columns) spans a first guess
  ColMatrix<float> single;  // (SingleRows(n), n); resized if it has another size
  // Further eigenvectors after the requested ones, as far as they were found, and their values.
  Matrix next_vectors;  // (n, any number)
  Vector next_values;
};

// The `count` largest eigenvalues, descending, with their eigenvectors (docs/method.md, "Principal
// components"). Deterministic. Eigenvalues that are only rounding (SymmetricBlocks::rounding, and
// 1e-13 of the largest) are set to 0, with vectors of zeros.
//
// Small matrices are decomposed in full, large ones by subspace iteration with Chebyshev filters
// (Zhou, Saad, Tiago, Chelikowsky 2006, J. Comput. Phys. 219:172), until every residual |Gv - value
// v| is below 1e-5 of the last requested eigenvalue that is not 0. `kept`, if not null, is the
// state of an earlier search. CANCELLED if `cancel` was set, INTERNAL for a numerical failure.
absl::Status LeadingEigen(const SymmetricBlocks& symmetric, int count, EigenSearch* kept,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors);

// The same for a matrix whose lower triangle is in memory.
absl::Status LeadingEigen(const Matrix& lower, int count, EigenSearch* kept,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_LEADING_EIGEN_H_
