#include "core/similarity/cca.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "core/linalg/lapack.h"

namespace brainalign {
namespace {

// A canonical correlation below this is rounding: regularisation leaves the whitened matrices
// exact to about 1e-11.
constexpr double kLeastCorrelation = 1e-9;
// The root of the share of the terms below which the squares of a variate are rounding.
constexpr double kConstantVariate = 1e-13;

}  // namespace

absl::StatusOr<CcaSide> CcaSide::Make(CentredFeatures train, bool zscore, double original_columns,
                                      double rho) {
  CcaSide side;
  const Eigen::Index columns = train.gram.rows();
  side.scale =
      ScaleOfVarying(zscore ? InverseDeviation(train) : Vector(Vector::Ones(columns)), train);
  side.mean = std::move(train.mean);
  side.factor = std::move(train.gram);
  for (Eigen::Index column = 0; column < columns; ++column) {
    side.factor.col(column).array() *= side.scale.array() * side.scale(column);
  }
  const double trace = side.factor.trace();
  if (!(trace > 0)) {
    side.factor.resize(0, 0);
    return side;
  }
  side.factor.diagonal().array() += rho * trace / original_columns;
  const Eigen::LLT<Eigen::Ref<Matrix>> in_place(side.factor);
  if (in_place.info() != Eigen::Success) {
    return absl::InternalError(absl::StrFormat(
        "the regularised covariance of %d columns is not positive definite at cca_rho %g: use a "
        "larger cca_rho",
        columns, rho));
  }
  return side;
}

absl::StatusOr<CanonicalPairs> FindPairs(const CcaSide& x, const CcaSide& y, const Matrix& cross,
                                         Eigen::Index count) {
  CanonicalPairs pairs = {Matrix::Zero(cross.rows(), count), Matrix::Zero(cross.cols(), count)};
  if (x.factor.size() == 0 || y.factor.size() == 0) return pairs;
  const auto x_factor = x.factor.triangularView<Eigen::Lower>();
  const auto y_factor = y.factor.triangularView<Eigen::Lower>();
  Matrix whitened = x.scale.asDiagonal() * cross * y.scale.asDiagonal();
  x_factor.solveInPlace(whitened);
  y_factor.transpose().solveInPlace<Eigen::OnTheRight>(whitened);
  Vector correlations;
  Matrix left;
  Matrix right;
  absl::Status status = SingularVectors(std::move(whitened), correlations, left, right);
  if (!status.ok()) return status;
  const Eigen::Index most = std::min(count, correlations.size());
  while (pairs.defined < most && correlations(pairs.defined) > kLeastCorrelation) ++pairs.defined;
  const auto weights = [&](const auto& factor, const Vector& scale, const Matrix& directions,
                           Matrix& out) {
    Matrix solved = directions.leftCols(pairs.defined);
    factor.transpose().solveInPlace(solved);
    out.leftCols(pairs.defined) = scale.asDiagonal() * solved;
  };
  weights(x_factor, x.scale, left, pairs.x);
  weights(y_factor, y.scale, right, pairs.y);
  return pairs;
}

Variates Variates::Zero(Eigen::Index words, Eigen::Index pairs) {
  return {Matrix::Zero(words, pairs), Eigen::RowVectorXd::Zero(pairs)};
}

void Variates::Add(const Matrix& columns, const Vector& mean, const Matrix& weights) {
  const Matrix about = columns.rowwise() - mean.transpose();
  values.noalias() += about * weights;
  terms += about.colwise().squaredNorm() * weights.cwiseAbs2();
}

SimilarityScore ScoreVariates(const Variates& x, const Variates& y, Eigen::Index defined) {
  SimilarityScore score;
  const Eigen::Index pairs = x.values.cols();
  const auto centred = [](const Variates& variates, Eigen::Index pair) -> Vector {
    Vector about = variates.values.col(pair).array() - variates.values.col(pair).mean();
    const double norm = about.norm();
    if (!(norm > kConstantVariate * std::sqrt(variates.terms(pair)))) return Vector();
    return about / norm;
  };
  for (Eigen::Index pair = 0; pair < pairs; ++pair) {
    const Vector a = pair < defined ? centred(x, pair) : Vector();
    const Vector b = pair < defined ? centred(y, pair) : Vector();
    if (a.size() == 0 || b.size() == 0) {
      ++score.undefined;
    } else {
      score.score += std::clamp(a.dot(b), -1.0, 1.0);
    }
  }
  score.score /= static_cast<double>(pairs);
  return score;
}

}  // namespace brainalign
