#include "core/ridge/ridge.h"

#include <algorithm>
#include <limits>

#include "core/linalg/held_bytes.h"
#include "core/linalg/lapack.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

// L D L' of tridiagonal + alpha I. False if a pivot is not safely positive, as
// when rounding has made a direction without variance slightly negative.
bool FactoriseTridiagonal(const Vector& diagonal, const Vector& off_diagonal, double alpha,
                          Vector& pivot, Vector& multiplier) {
  const Eigen::Index n = diagonal.size();
  pivot.resize(n);
  multiplier.resize(std::max<Eigen::Index>(0, n - 1));
  pivot(0) = diagonal(0) + alpha;
  for (Eigen::Index i = 0; i + 1 < n; ++i) {
    if (!(pivot(i) > 0.5 * alpha)) return false;
    multiplier(i) = off_diagonal(i) / pivot(i);
    pivot(i + 1) = diagonal(i + 1) + alpha - multiplier(i) * off_diagonal(i);
  }
  return pivot(n - 1) > 0.5 * alpha;
}

}  // namespace

bool RidgeSolver::CanSolve(double alpha) const {
  Vector pivot;
  Vector multiplier;
  return off_diagonal_.size() == 0 ||
         FactoriseTridiagonal(diagonal_, off_diagonal_, alpha, pivot, multiplier);
}

Eigen::Index RidgeSolver::CountBelow(double value) const {
  if (off_diagonal_.size() == 0) return (diagonal_.array() < value).count();
  // As many as pivots of T - value I are negative (Sylvester's law of inertia).
  Eigen::Index count = 0;
  double pivot = 1;
  for (Eigen::Index i = 0; i < diagonal_.size(); ++i) {
    const double off = i > 0 ? off_diagonal_(i - 1) : 0.0;
    pivot = diagonal_(i) - value - off * off / pivot;
    if (pivot == 0) pivot = -std::numeric_limits<double>::min();
    if (pivot < 0) ++count;
  }
  return count;
}

absl::Status RidgeSolver::Eigenvalues(Vector& values) const {
  if (off_diagonal_.size() > 0) return TridiagonalEigenvalues(diagonal_, off_diagonal_, values);
  values = diagonal_;
  return absl::OkStatus();
}

absl::StatusOr<Ridge> Ridge::Make(const CentredFeatures& train, const CentredFeatures& evaluation,
                                  const Vector& scale, const Options& options,
                                  const Matrix* evaluation_rows) {
  Ridge ridge;
  ridge.train_mean_ = train.mean;
  ridge.train_count_ = train.count;
  ridge.evaluation_count_ = evaluation.count;
  const Matrix gram = scale.asDiagonal() * train.gram * scale.asDiagonal();

  bool tridiagonal = options.basis == Basis::kTridiagonal;
  Matrix q;
  Vector diagonal;
  Vector off_diagonal;
  if (tridiagonal) {
    absl::Status status = Tridiagonalise(gram, q, diagonal, off_diagonal);
    if (!status.ok()) return status;
    ridge.solver_ = RidgeSolver(std::move(diagonal), std::move(off_diagonal));
    tridiagonal = ridge.solver_.CanSolve(options.smallest_alpha);
  }
  if (!tridiagonal) {
    absl::Status status = SymmetricEigen(gram, diagonal, q);
    if (!status.ok()) return status;
    ridge.solver_ = RidgeSolver(diagonal.cwiseMax(0.0), Vector());
  }
  ridge.rotation_ = scale.asDiagonal() * q;
  ridge.shift_ = (evaluation.mean - train.mean).transpose() * ridge.rotation_;
  ridge.direct_ = evaluation_rows != nullptr;
  if (!options.judges) return ridge;
  if (ridge.direct_) {
    ridge.evaluation_.noalias() = *evaluation_rows * ridge.rotation_;
  } else {
    const Matrix half = evaluation.gram * ridge.rotation_;
    ridge.evaluation_.noalias() = ridge.rotation_.transpose() * half;
  }
  return ridge;
}

RowMatrix<double> Ridge::Rotate(const RowMatrix<double>& cross) const {
  RowMatrix<double> rotated(cross.rows(), cross.cols());
  rotated.noalias() = rotation_.transpose() * cross;
  return rotated;
}

void RidgeSolver::Solve(double alpha, const RowMatrix<double>& b, RowMatrix<double>& z) const {
  z.resize(b.rows(), b.cols());
  if (off_diagonal_.size() == 0) {
    const Vector pivot = diagonal_.array() + alpha;
    DivideRows(Size(b.rows()), Size(b.cols()), pivot.data(), b.data(), z.data());
    return;
  }
  Vector pivot;
  Vector multiplier;
  FactoriseTridiagonal(diagonal_, off_diagonal_, alpha, pivot, multiplier);
  SolveTridiagonal(Size(b.rows()), Size(b.cols()), pivot.data(), multiplier.data(), b.data(),
                   z.data());
}

Ridge::PredictionSums Ridge::Predict(const RowMatrix<double>& z, const RowMatrix<double>& h) const {
  RowMatrix<double> predicted(evaluation_.rows(), z.cols());
  predicted.noalias() = evaluation_ * z;
  PredictionSums sums;
  sums.squares = Eigen::ArrayXd::Zero(z.cols());
  sums.products = Eigen::ArrayXd::Zero(z.cols());
  const RowMatrix<double>& left = direct_ ? predicted : z;
  const std::size_t rows = Size(left.rows());
  const std::size_t columns = Size(z.cols());
  AddColumnProducts(rows, columns, left.data(), predicted.data(), sums.squares.data());
  AddColumnProducts(rows, columns, left.data(), h.data(), sums.products.data());
  sums.shift = (shift_ * z).transpose().array();
  return sums;
}

std::int64_t RidgeSolver::held_bytes() const {
  return HeldBytes(diagonal_) + HeldBytes(off_diagonal_);
}

std::int64_t Ridge::held_bytes() const {
  return HeldBytes(rotation_) + solver_.held_bytes() + HeldBytes(train_mean_) + HeldBytes(shift_) +
         HeldBytes(evaluation_);
}

}  // namespace brainalign
