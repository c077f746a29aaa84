#include "core/inference/drift.h"

#include <algorithm>
#include <optional>

#include "core/inference/autocorrelation.h"
#include "core/inference/detrend.h"

namespace brainalign {

void Drift::Add(const Drift& other) {
  total += other.total;
  explained += other.explained;
  expected += other.expected;
}

Drift Drift::Times(double factor) const {
  return {total * factor, explained * factor, expected * factor};
}

std::optional<double> Drift::BeyondChance() const {
  if (!(total > expected)) return std::nullopt;
  return std::clamp((explained - expected) / (total - expected), 0.0, 1.0);
}

Drift DriftOf(const std::vector<Words>& sessions, const std::vector<double>& onsets_seconds,
              const Matrix& columns) {
  Matrix rest = columns.rowwise() - columns.colwise().mean();
  for (Eigen::Index c = 0; c < rest.cols(); ++c) {
    if (IsRounding(rest.col(c).squaredNorm(), columns.col(c).squaredNorm())) rest.col(c).setZero();
  }
  Drift drift;
  drift.total = rest.squaredNorm();
  Eigen::Index polynomials = 0;
  for (const Words& members : sessions) {
    const Matrix basis = PositionPolynomials(members, onsets_seconds, kDriftOrder);
    polynomials += basis.cols();
    const Matrix part = rest(members, Eigen::all);
    const Matrix along = basis.transpose() * part;
    drift.explained += along.squaredNorm();
    rest(members, Eigen::all) = part - basis * along;
  }
  const std::optional<Autocorrelation> left = AutocorrelationOf(sessions, rest);
  const double slowness = left.has_value() ? left->integral_words : 1;
  const auto words = static_cast<double>(columns.rows());
  const double share =
      words > 1 ? static_cast<double>(polynomials - 1) * slowness / (words - 1) : 1;
  drift.expected = std::min(1.0, share) * drift.total;
  return drift;
}

}  // namespace brainalign
