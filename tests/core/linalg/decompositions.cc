#include "tests/core/linalg/decompositions.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <Eigen/QR>
#include <Eigen/SVD>

namespace brainalign {

SingularValues SingularValuesOf(const Matrix& rows) {
  const Eigen::BDCSVD<Matrix> svd(rows, Eigen::ComputeThinU | Eigen::ComputeThinV);
  return {svd.matrixU(), svd.singularValues(), svd.matrixV()};
}

Matrix OrthonormalColumns(const Matrix& columns) {
  const Eigen::HouseholderQR<Matrix> qr(columns);
  return qr.householderQ() * Matrix::Identity(columns.rows(), columns.cols());
}

Matrix SolvePositive(const Matrix& matrix, const Matrix& right) {
  return matrix.ldlt().solve(right);
}

Matrix InverseOf(const Matrix& matrix) { return matrix.inverse(); }

}  // namespace brainalign
