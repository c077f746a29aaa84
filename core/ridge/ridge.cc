#include "core/ridge/ridge.h"

#include <algorithm>
#include <limits>

#include "core/linalg/held_bytes.h"
#include "core/linalg/lapack.h"
#include "core/linalg/triangular_factor.h"
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

absl::StatusOr<Matrix> Ridge::MakeBasis(const CentredFeatures& train, const Vector& scale,
                                        const Options& options, const Words& words) {
  const Matrix gram = scale.asDiagonal() * train.gram * scale.asDiagonal();
  const double lost =
      (scale.cwiseAbs2().array() * (train.summed - train.gram.diagonal()).array().max(0.0)).sum();
  const double size = gram.norm() + lost;
  const bool has_factor = words.train_factor != nullptr;
  bool tridiagonal = options.basis == Basis::kTridiagonal;
  Matrix q;
  Vector diagonal;
  Vector off_diagonal;
  if (tridiagonal) {
    absl::Status status = Tridiagonalise(gram, q, diagonal, off_diagonal);
    if (!status.ok()) return status;
    solver_ = RidgeSolver(std::move(diagonal), std::move(off_diagonal));
    tridiagonal = solver_.CanSolve(options.smallest_alpha);
  }
  if (!tridiagonal) {
    absl::Status status = SymmetricEigen(gram, diagonal, q);
    if (!status.ok()) return status;
    const double share = kRoundingOfGram * size / diagonal.cwiseMax(0.0).maxCoeff();
    solver_ = RidgeSolver(diagonal.cwiseMax(0.0), Vector(),
                          has_factor ? std::min(share, kNegligibleShare) : kNegligibleShare);
  }
  const double least = (has_factor ? kLeastShareOfGram : kLeastShareWithoutFactors) * size;
  // Also beside features without weight, whose eigenvalues are right: their eigenvectors have a
  // little of the others.
  const bool serves = options.smallest_alpha >= least || solver_.CountBelow(least) == 0;
  factorised_ = !serves && has_factor;
  resolves_ = serves || has_factor;
  if (factorised_) {
    absl::Status status = EigenOfFactor(words.train_factor() * scale.asDiagonal(), diagonal, q);
    if (!status.ok()) return status;
    solver_ = RidgeSolver(std::move(diagonal), Vector(), 0.0);  // those that are rounding are 0
  }
  return q;
}

absl::StatusOr<Ridge> Ridge::Make(const CentredFeatures& train, const CentredFeatures& evaluation,
                                  const Vector& given_scale, const Options& options,
                                  const Words& words) {
  const Vector scale = ScaleOfVarying(given_scale, train);
  Ridge ridge;
  ridge.train_mean_ = train.mean;
  ridge.train_count_ = train.count;
  const absl::StatusOr<Matrix> basis = ridge.MakeBasis(train, scale, options, words);
  if (!basis.ok()) return basis.status();
  ridge.rotation_ = scale.asDiagonal() * *basis;
  EvaluationMoments& moments = ridge.evaluation_;
  moments.count = evaluation.count;
  moments.shift = ridge.ShiftOf(evaluation);
  if (words.evaluation != nullptr) {
    moments.form = EvaluationMoments::Form::kWords;
  } else if (ridge.factorised_) {
    moments.form = EvaluationMoments::Form::kFactor;
  }
  if (!options.judges) return ridge;
  switch (moments.form) {
    case EvaluationMoments::Form::kWords:
      moments.values.noalias() = *words.evaluation * ridge.rotation_;
      break;
    case EvaluationMoments::Form::kFactor:
      moments.values.noalias() = words.evaluation_factor() * ridge.rotation_;
      break;
    case EvaluationMoments::Form::kGram:
      moments = ridge.MomentsOf(evaluation);
      break;
  }
  return ridge;
}

Eigen::RowVectorXd Ridge::ShiftOf(const CentredFeatures& words) const {
  return (words.mean - train_mean_).transpose() * rotation_;
}

EvaluationMoments Ridge::MomentsOf(const CentredFeatures& words) const {
  EvaluationMoments moments;
  moments.count = words.count;
  moments.shift = ShiftOf(words);
  const Matrix half = words.gram * rotation_;
  moments.values.noalias() = rotation_.transpose() * half;
  return moments;
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

Eigen::ArrayXd RidgeSolver::Squares(const RowMatrix<double>& z) const {
  Eigen::RowVectorXd squares = diagonal_.transpose() * z.cwiseAbs2();
  if (off_diagonal_.size() > 0) {
    const Eigen::Index last = z.rows() - 1;
    squares += 2.0 * off_diagonal_.transpose() * z.topRows(last).cwiseProduct(z.bottomRows(last));
  }
  return squares.transpose().array();
}

std::int64_t RidgeSolver::held_bytes() const {
  return HeldBytes(diagonal_) + HeldBytes(off_diagonal_);
}

std::int64_t Ridge::held_bytes() const {
  return HeldBytes(rotation_) + solver_.held_bytes() + HeldBytes(train_mean_) +
         evaluation_.held_bytes();
}

}  // namespace brainalign
