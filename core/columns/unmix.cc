#include "core/columns/unmix.h"

#include <algorithm>
#include <cmath>

#include "core/linalg/triangular_factor.h"

namespace brainalign {
namespace {

// What the scores of two components usually differ by at most.
constexpr double kUsualDifference = 0.3;
// Estimated change of a mean of scores that is noticed. `rounding` was seen to be five times too
// small where few words make a covariance, which makes 1e-5.
constexpr double kNoticed = 2e-6;
// Rounding of a sum of squares, of which all terms have one sign, relative to that of other sums of
// products. Four was seen in single precision.
constexpr double kOfSquares = 4;
// Error of the eigenvalues of the covariance by their decomposition, as a share of the largest, and
// of what it finds between two directions.
constexpr double kOfDecomposition = 0x1p-50;

constexpr std::size_t kWordsAtOnce = 256;

// (d, all) The components, then the next ones.
Matrix SpannedBy(const Projection& projection, const NextComponents& next) {
  Matrix space(projection.components.rows(), projection.components.cols() + next.values.size());
  space << projection.components, next.directions;
  return space;
}

}  // namespace

bool MayBeMixed(const Projection& projection, const NextComponents& next, const Vector& rounding) {
  Vector value(projection.values.size() + next.values.size());
  value << projection.values, next.values;
  const Matrix shares = SpannedBy(projection, next).cwiseAbs2();
  const Vector error = (shares.transpose() * rounding).cwiseSqrt();
  const Matrix weighted = rounding.asDiagonal() * shares;
  const Matrix of_squares = (weighted.transpose() * weighted).cwiseSqrt();
  // The decomposition has an error in proportion to the largest value, in all directions. It cannot
  // distinguish smaller values from 0.
  const double of_decomposition = kOfDecomposition * value(0);
  value = value.cwiseMax(of_decomposition);
  double squares = 0;
  for (Eigen::Index i = 0; i < projection.values.size(); ++i) {
    if (!(projection.values(i) > 0)) break;
    for (Eigen::Index j = i + 1; j < value.size() && value(j) > 0; ++j) {
      // Components that are no more than rounding are zero.
      if (j < projection.values.size() && !(projection.values(j) > 0)) continue;
      const double of_sums = std::hypot(error(i) * error(j), kOfSquares * of_squares(i, j));
      const double angle = std::min(1.0, (of_sums + of_decomposition) / (value(i) - value(j)));
      // Of two components of the mean the smaller one has the larger share of the other.
      const double ratio = j < projection.values.size() ? value(i) / value(j) : value(j) / value(i);
      squares += angle * angle * ratio;
    }
  }
  const auto count = static_cast<double>(projection.values.size());
  return kUsualDifference * std::sqrt(squares) > kNoticed * count;
}

absl::Status Unmix(const std::vector<std::int32_t>& words,
                   const std::function<Matrix(const std::vector<std::int32_t>&)>& at,
                   const NextComponents& next, const CancelFlag& cancel, Projection& projection) {
  const Matrix space = SpannedBy(projection, next);
  // Calls `add` with the coordinates (any, all) in `space` of each block of words.
  const auto for_each_block = [&](const std::function<void(const Matrix&)>& add) {
    for (std::size_t begin = 0; begin < words.size(); begin += kWordsAtOnce) {
      if (cancel) return CancelledByFlag();
      const std::size_t end = std::min(words.size(), begin + kWordsAtOnce);
      const auto first = words.begin();
      Matrix rows = at(
          {first + static_cast<std::ptrdiff_t>(begin), first + static_cast<std::ptrdiff_t>(end)});
      rows.rowwise() -= projection.mean.transpose();
      add(rows * space);
    }
    return absl::OkStatus();
  };
  // The mean of the projection is as exact as the sums that mixed the components.
  Vector mean = Vector::Zero(space.cols());
  absl::Status status =
      for_each_block([&](const Matrix& rotated) { mean += rotated.colwise().sum().transpose(); });
  if (!status.ok()) return status;
  mean /= static_cast<double>(words.size());
  TriangularFactor factor(space.cols());
  status = for_each_block(
      [&](const Matrix& rotated) { factor.Add(rotated.rowwise() - mean.transpose()); });
  if (!status.ok()) return status;
  Vector ascending;
  Matrix rotation;
  status = EigenOfFactor(factor.factor(), ascending, rotation);
  if (!status.ok()) return status;
  // Those that were found to be no more than rounding stay so.
  const Eigen::Index rank = (projection.values.array() > 0.0).count();
  projection.values.head(rank) = ascending.tail(rank).reverse();
  projection.components.leftCols(rank) = space * rotation.rightCols(rank).rowwise().reverse();
  return absl::OkStatus();
}

double UnmixBytes(double d, double components) {
  const double rows = static_cast<double>(kWordsAtOnce);
  return 8 * (d * (2 * rows + 4 * components) + (4 * rows + 4 * components) * components) +
         TriangularFactorBytes(components);
}

}  // namespace brainalign
