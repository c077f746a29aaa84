#include "core/inference/detrend.h"

#include <algorithm>
#include <cstddef>

namespace brainalign {
namespace {

// A polynomial that is orthogonal to the lower ones by less than this share adds only rounding.
constexpr double kNothingNew = 1e-8;

// (n) Positions from -1 to 1.
Vector Positions(const Words& members, const std::vector<double>& onsets_seconds) {
  Vector position(static_cast<Eigen::Index>(members.size()));
  for (std::size_t i = 0; i < members.size(); ++i) {
    position[static_cast<Eigen::Index>(i)] =
        onsets_seconds.empty() ? static_cast<double>(i)
                               : onsets_seconds[static_cast<std::size_t>(members[i])];
  }
  const double first = position.minCoeff();
  const double length = position.maxCoeff() - first;
  if (!(length > 0)) return Vector::Zero(position.size());
  return (2 * (position.array() - first) / length - 1).matrix();
}

}  // namespace

Matrix PositionPolynomials(const Words& members, const std::vector<double>& onsets_seconds,
                           int order) {
  const Vector position = Positions(members, onsets_seconds);
  Matrix basis(position.size(), order + 1);
  Eigen::Index columns = 0;
  Vector before = Vector::Zero(position.size());
  Vector legendre = Vector::Ones(position.size());
  for (int degree = 0; degree <= order; ++degree) {
    Vector rest = legendre;
    // Twice: the second time removes what rounding left.
    for (int pass = 0; pass < 2; ++pass) {
      const Vector along = basis.leftCols(columns).transpose() * rest;
      rest -= basis.leftCols(columns) * along;
    }
    if (rest.norm() > kNothingNew * legendre.norm()) basis.col(columns++) = rest.normalized();
    // Bonnet: (n + 1) P_(n+1) = (2 n + 1) x P_n - n P_(n-1).
    const Vector next =
        ((2 * degree + 1) * position.cwiseProduct(legendre) - degree * before) / (degree + 1);
    before = legendre;
    legendre = next;
  }
  return basis.leftCols(columns);
}

void Detrend(const std::vector<Words>& sessions, const std::vector<double>& onsets_seconds,
             int order, Matrix& columns) {
  for (const Words& members : sessions) {
    const Matrix basis = PositionPolynomials(members, onsets_seconds, order);
    Matrix part = columns(members, Eigen::all);
    const Matrix along = basis.transpose() * part;
    part -= basis * along;
    columns(members, Eigen::all) = part;
  }
}

}  // namespace brainalign
