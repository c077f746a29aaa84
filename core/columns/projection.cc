#include "core/columns/projection.h"

#include <Eigen/QR>
#include <cmath>
#include <utility>

#include "core/columns/unmix.h"
#include "core/linalg/lapack.h"

namespace brainalign {

absl::StatusOr<Projection> ProjectionFromMoments(Vector mean, const SymmetricBlocks& covariance,
                                                 int components, EigenSearch* search,
                                                 const CancelFlag& cancel) {
  Projection projection;
  projection.mean = std::move(mean);
  absl::Status status = LeadingEigen(covariance, components, search, cancel, projection.values,
                                     projection.components);
  if (!status.ok()) return status;
  return projection;
}

namespace {

// The components from the singular values of the words, `rows` (words, d) about their mean.
absl::Status FindFromSingularValues(const Matrix& rows, Projection& projection) {
  Matrix rotated = rows.transpose();
  const Eigen::HouseholderQR<Eigen::Ref<Matrix>> qr(rotated);
  const Eigen::Index count = rows.rows();
  const Matrix factor = rotated.topRows(count).triangularView<Eigen::Upper>();
  Vector singular;
  Matrix left;  // (words, words) of the factor
  Matrix right;
  absl::Status status = SingularVectors(factor, singular, left, right);
  if (!status.ok()) return status;
  // Components that inner products cannot distinguish from rounding stay zero.
  const Eigen::Index rank = (projection.values.array() > 0.0).count();
  Matrix found = Matrix::Zero(rows.cols(), rank);
  found.topRows(count) = left.leftCols(rank);
  found.applyOnTheLeft(qr.householderQ());
  projection.components.leftCols(rank) = found;
  projection.values.head(rank) = singular.head(rank).cwiseAbs2();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Projection> ProjectionFromWords(Matrix rows, int components,
                                               const CancelFlag& cancel) {
  Projection projection;
  projection.mean = rows.colwise().mean().transpose();
  rows.rowwise() -= projection.mean.transpose();
  Matrix gram = Matrix::Zero(rows.rows(), rows.rows());
  gram.selfadjointView<Eigen::Lower>().rankUpdate(rows);
  Vector& values = projection.values;
  Matrix vectors;
  EigenSearch search;
  absl::Status status = LeadingEigen(gram, components, &search, cancel, values, vectors);
  if (!status.ok()) return status;
  projection.components = rows.transpose() * vectors;
  for (Eigen::Index c = 0; c < values.size(); ++c) {
    if (values(c) > 0) projection.components.col(c) /= std::sqrt(values(c));
  }
  // Inner products err by a share of the largest, as their decomposition does.
  const Matrix next = Matrix::Zero(rows.cols(), search.next_values.size());
  if (MayBeMixed(projection, {next, search.next_values}, Vector::Zero(rows.cols()))) {
    status = FindFromSingularValues(rows, projection);
    if (!status.ok()) return status;
  }
  return projection;
}

}  // namespace brainalign
