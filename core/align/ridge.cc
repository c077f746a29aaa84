#include "core/align/ridge.h"

#include <algorithm>
#include <type_traits>

#include "core/align/coefficient_loops.h"
#include "core/align/lapack.h"

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

std::size_t Size(Eigen::Index value) { return static_cast<std::size_t>(value); }

}  // namespace

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
  if (tridiagonal) {
    absl::Status status = Tridiagonalise(gram, q, ridge.diagonal_, ridge.off_diagonal_);
    if (!status.ok()) return status;
    Vector pivot;
    Vector multiplier;
    tridiagonal = FactoriseTridiagonal(ridge.diagonal_, ridge.off_diagonal_, options.smallest_alpha,
                                       pivot, multiplier);
  }
  if (!tridiagonal) {
    absl::Status status = SymmetricEigen(gram, ridge.diagonal_, q);
    if (!status.ok()) return status;
    ridge.diagonal_ = ridge.diagonal_.cwiseMax(0.0);
    ridge.off_diagonal_.resize(0);
  }
  ridge.rotation_ = scale.asDiagonal() * q;
  ridge.shift_ = (evaluation.mean - train.mean).transpose() * ridge.rotation_;
  ridge.direct_ = evaluation_rows != nullptr;
  if (ridge.direct_) {
    ridge.evaluation_.noalias() = *evaluation_rows * ridge.rotation_;
  } else {
    const Matrix half = evaluation.gram * ridge.rotation_;
    ridge.evaluation_.noalias() = ridge.rotation_.transpose() * half;
  }
  if (options.judge_in_single_precision) {
    ridge.evaluation_single_ = ridge.evaluation_.cast<float>();
    ridge.evaluation_.resize(0, 0);
  }
  return ridge;
}

RowMatrix<double> Ridge::Rotate(const RowMatrix<double>& cross) const {
  RowMatrix<double> rotated(cross.rows(), cross.cols());
  rotated.noalias() = rotation_.transpose() * cross;
  return rotated;
}

void Ridge::Solve(double alpha, const RowMatrix<double>& b, RowMatrix<double>& z) const {
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

template <typename T>
Eigen::ArrayXd Ridge::SquaresOfPredictions(const ColMatrix<T>& evaluation,
                                           const RowMatrix<T>& z) const {
  RowMatrix<T> predicted(evaluation.rows(), z.cols());
  predicted.noalias() = evaluation * z;
  Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(z.cols());
  const RowMatrix<T>& other = direct_ ? predicted : z;
  if constexpr (std::is_same_v<T, float>) {
    AddColumnFloatProducts(Size(predicted.rows()), Size(z.cols()), predicted.data(), other.data(),
                           squares.data());
  } else {
    AddColumnProducts(Size(predicted.rows()), Size(z.cols()), predicted.data(), other.data(),
                      squares.data());
  }
  return squares;
}

Ridge::PredictionSums Ridge::Predict(const RowMatrix<double>& z, const RowMatrix<double>& h) const {
  PredictionSums sums;
  sums.squares = evaluation_single_.size() > 0
                     ? SquaresOfPredictions<float>(evaluation_single_, z.cast<float>())
                     : SquaresOfPredictions<double>(evaluation_, z);
  sums.products = Eigen::ArrayXd::Zero(z.cols());
  AddColumnProducts(Size(z.rows()), Size(z.cols()), z.data(), h.data(), sums.products.data());
  sums.shift = (shift_ * z).transpose().array();
  return sums;
}

}  // namespace brainalign
