#include "core/align/leading_eigen.h"

#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <random>
#include <utility>

#include "core/align/lapack.h"

namespace brainalign {
namespace {

// Below this size a full decomposition is as quick.
constexpr Eigen::Index kSmall = 400;
constexpr double kResidual = 1e-5;
constexpr int kMostRounds = 60;
// Filters may not raise the first direction above the last wanted one by more than
// this: rounding errors along the first would drown the last. What is left of them
// lies inside the space searched and does no harm.
constexpr double kMostContrast = 1e12;
constexpr int kHighestDegree = 20;
// A filter aims this much lower than what is asked for.
constexpr double kMargin = 0.1;

// The same on every machine: the generator is specified to the bit.
Matrix RandomColumns(Eigen::Index rows, Eigen::Index columns) {
  std::mt19937_64 random(20251201);
  Matrix matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) {
    matrix.data()[i] = static_cast<double>(random() >> 11) * 0x1p-52 - 1.0;
  }
  return matrix;
}

Matrix Orthonormal(const Matrix& columns) {
  const Eigen::HouseholderQR<Matrix> qr(columns);
  return qr.householderQ() * Matrix::Identity(columns.rows(), columns.cols());
}

// Growth a degree of the Chebyshev polynomial on [0, bound] at `value` >= bound.
double GrowthPerDegree(double value, double bound) {
  const double x = 2.0 * value / bound - 1.0;
  return x + std::sqrt(std::max(0.0, x * x - 1.0));
}

// As high as it takes to bring the part of the last wanted direction that lies
// beyond the space searched down by `reduction`.
int DegreeFor(const Vector& values, int count, double bound, double reduction) {
  const double first = std::log(GrowthPerDegree(values(0), bound));
  const double last = std::log(GrowthPerDegree(values(count - 1), bound));
  const double wanted = std::ceil(std::log(1.0 / reduction) / std::max(1e-3, last));
  const double allowed = std::floor(std::log(kMostContrast) / std::max(1e-3, first - last));
  return static_cast<int>(
      std::clamp(std::min(wanted, allowed), 1.0, static_cast<double>(kHighestDegree)));
}

// Chebyshev polynomial of `gram` on [0, bound] applied to `basis`, whose product
// with gram is known.
Matrix Filter(const Matrix& gram, const Matrix& basis, const Matrix& product, double bound,
              int degree, const CancelFlag& cancel) {
  Matrix before = basis;
  Matrix now = (2.0 / bound) * product - basis;
  for (int step = 1; step < degree && !cancel; ++step) {
    Matrix next(basis.rows(), basis.cols());
    next.noalias() = gram.selfadjointView<Eigen::Lower>() * now;
    next = (4.0 / bound) * next - 2.0 * now - before;
    before = std::move(now);
    now = std::move(next);
  }
  return now;
}

absl::Status InFull(const Matrix& symmetric, int count, Vector& values, Matrix& vectors) {
  Vector all_values;
  Matrix all_vectors;
  absl::Status status = SymmetricEigen(symmetric, all_values, all_vectors);
  if (!status.ok()) return status;
  values = all_values.tail(count).reverse();
  vectors = all_vectors.rightCols(count).rowwise().reverse();
  return absl::OkStatus();
}

}  // namespace

absl::Status LeadingEigen(const Matrix& symmetric, int count, Matrix* start,
                          const CancelFlag& cancel, Vector& values, Matrix& vectors) {
  const Eigen::Index n = symmetric.rows();
  const Eigen::Index width = std::min<Eigen::Index>(n, 2 * count + 16);
  if (n <= kSmall || 3 * width > n) return InFull(symmetric, count, values, vectors);

  Matrix basis = RandomColumns(n, width);
  if (start != nullptr && start->rows() == n) {
    const Eigen::Index given = std::min(width, start->cols());
    basis.leftCols(given) = start->leftCols(given);
  }
  for (int round = 0; round < kMostRounds; ++round) {
    if (cancel) return CancelledByFlag();
    basis = Orthonormal(basis);
    Matrix product(n, width);
    product.noalias() = symmetric.selfadjointView<Eigen::Lower>() * basis;
    Vector ritz;
    Matrix turn;
    absl::Status status = SymmetricEigen(basis.transpose() * product, ritz, turn);
    if (!status.ok()) return status;
    const Vector descending = ritz.reverse();
    const Matrix order = turn.rowwise().reverse();
    basis = basis * order;
    product = product * order;
    const double worst =
        (product.leftCols(count) -
         basis.leftCols(count) * descending.head(count).asDiagonal().toDenseMatrix())
            .colwise()
            .norm()
            .maxCoeff();
    if (worst <= kResidual * std::abs(descending(count - 1))) {
      values = descending.head(count);
      vectors = basis.leftCols(count);
      if (start != nullptr) *start = std::move(basis);
      return absl::OkStatus();
    }
    const double bound = std::max(descending(width - 1), 1e-12 * descending(0));
    if (!(bound > 0)) break;  // the rank is below the width: do it in full
    const double reduction = kMargin * kResidual * descending(count - 1) / worst;
    basis = Filter(symmetric, basis, product, bound, DegreeFor(descending, count, bound, reduction),
                   cancel);
  }
  return InFull(symmetric, count, values, vectors);
}

}  // namespace brainalign
