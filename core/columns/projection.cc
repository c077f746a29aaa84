#include "core/columns/projection.h"

#include <cmath>
#include <utility>

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

absl::StatusOr<Projection> ProjectionFromWords(Matrix rows, int components,
                                               const CancelFlag& cancel) {
  Projection projection;
  projection.mean = rows.colwise().mean().transpose();
  rows.rowwise() -= projection.mean.transpose();
  Matrix gram = Matrix::Zero(rows.rows(), rows.rows());
  gram.selfadjointView<Eigen::Lower>().rankUpdate(rows);
  Vector& values = projection.values;
  Matrix vectors;
  absl::Status status = LeadingEigen(gram, components, nullptr, cancel, values, vectors);
  if (!status.ok()) return status;
  projection.components = rows.transpose() * vectors;
  for (Eigen::Index c = 0; c < values.size(); ++c) {
    if (values(c) > 0) projection.components.col(c) /= std::sqrt(values(c));
  }
  return projection;
}

}  // namespace brainalign
