#include "core/linalg/triangular_factor.h"

#include <Eigen/QR>

#include "core/linalg/lapack.h"

namespace brainalign {

void TriangularFactor::Add(const Matrix& rows) {
  const Eigen::Index p = factor_.cols();
  Matrix stacked(p + rows.rows(), p);
  stacked.topRows(p) = factor_;
  stacked.bottomRows(rows.rows()) = rows;
  const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(stacked);
  factor_ = stacked.topRows(p).triangularView<Eigen::Upper>();
}

absl::Status EigenOfFactor(const Matrix& factor, Vector& values, Matrix& vectors) {
  Vector singular;
  absl::Status status = RightSingularVectors(factor, singular, vectors);
  if (!status.ok()) return status;
  values = singular.cwiseAbs2().reverse();
  vectors = vectors.rowwise().reverse().eval();
  const Vector of_columns = factor.colwise().squaredNorm().transpose();
  const Vector along = vectors.cwiseAbs2().transpose() * of_columns;
  const Vector spans =
      (values.array() > kNegligibleShareOfFactor * along.array()).cast<double>().matrix();
  values = values.cwiseProduct(spans);
  vectors = vectors * spans.asDiagonal();
  return absl::OkStatus();
}

}  // namespace brainalign
