#ifndef BRAINALIGN_CORE_LINALG_MATRIX_TYPES_H_
#define BRAINALIGN_CORE_LINALG_MATRIX_TYPES_H_

#include <Eigen/Core>
#include <cstddef>

namespace brainalign {

// Column-major: columns (sensors, dimensions) are contiguous.
template <typename T>
using ColMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;

// Row-major: rows (words, or features of coefficient matrices) are contiguous.
template <typename T>
using RowMatrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

using Matrix = ColMatrix<double>;
using Vector = Eigen::VectorXd;

template <typename T>
using RowMatrixRef = Eigen::Ref<const RowMatrix<T>, 0, Eigen::OuterStride<>>;

// A size of a matrix as an unsigned number.
inline std::size_t Size(Eigen::Index value) { return static_cast<std::size_t>(value); }

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_MATRIX_TYPES_H_
