#ifndef BRAINALIGN_CORE_RIDGE_RIDGE_H_
#define BRAINALIGN_CORE_RIDGE_RIDGE_H_

#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"

namespace brainalign {

// (T + alpha I)^-1 for a tridiagonal (or diagonal) positive semidefinite T.
class RidgeSolver {
 public:
  RidgeSolver() = default;
  // An empty `off_diagonal` says that T is diagonal.
  RidgeSolver(Vector diagonal, Vector off_diagonal)
      : diagonal_(std::move(diagonal)), off_diagonal_(std::move(off_diagonal)) {}

  // Whether rounding leaves T + alpha I safely positive definite.
  bool CanSolve(double alpha) const;
  // z = (T + alpha I)^-1 b, columns (p, m). Requires CanSolve(alpha).
  void Solve(double alpha, const RowMatrix<double>& b, RowMatrix<double>& z) const;
  // How many eigenvalues of T lie below `value`.
  Eigen::Index CountBelow(double value) const;
  // Ascending. INTERNAL if the routine does not converge.
  absl::Status Eigenvalues(Vector& values) const;

  const Vector& diagonal() const { return diagonal_; }
  std::int64_t held_bytes() const;

 private:
  Vector diagonal_;
  Vector off_diagonal_;
};

// Ridge regressions of any targets, for any alpha, fitted on one set of words
// (the training set) and judged on another (the evaluation set), from sums alone.
//
// With x the features about the training mean, scaled by d, and G = sum x x' over
// the training set, W(alpha) = (G + alpha I)^-1 sum x y'. An orthogonal basis Q in
// which Q'GQ is tridiagonal (or diagonal) makes each further alpha cost no more
// than a few operations a coefficient; everything is kept in that basis:
// coefficients z = Q'W. Sums of predictions over the evaluation set follow from
// the evaluation set's own Gram matrix, or, where it has fewer words than
// features, from its words directly.
class Ridge {
 public:
  enum class Basis {
    kTridiagonal,  // cheaper to make
    kEigen,        // gives eigenvalues(), and leverages cheaply
  };

  struct Options {
    double smallest_alpha = 0;  // that will be asked for
    Basis basis = Basis::kTridiagonal;
    bool judges = true;  // else Predict is not asked for, and evaluation() is empty
  };

  // `scale` (p) multiplies the features. `evaluation_rows` (n_e, p), about the
  // evaluation set's mean and not yet scaled, are used where they are not null.
  static absl::StatusOr<Ridge> Make(const CentredFeatures& train, const CentredFeatures& evaluation,
                                    const Vector& scale, const Options& options,
                                    const Matrix* evaluation_rows);

  // Cross-products of features and targets (p, m), each about its mean in the set
  // that was summed over, turned into the basis.
  RowMatrix<double> Rotate(const RowMatrix<double>& cross) const;

  // Coefficients (p, m) in the basis for rotated training cross-products `b`.
  void Solve(double alpha, const RowMatrix<double>& b, RowMatrix<double>& z) const {
    solver_.Solve(alpha, b, z);
  }
  const RidgeSolver& solver() const { return solver_; }

  // Sums over the evaluation set of the predictions of coefficients `z`, about
  // their mean there. `h`: rotated evaluation cross-products.
  struct PredictionSums {
    Eigen::ArrayXd squares;   // (m) sum of squares
    Eigen::ArrayXd products;  // (m) with the target
    Eigen::ArrayXd shift;     // (m) mean prediction less the training mean of the target
  };
  PredictionSums Predict(const RowMatrix<double>& z, const RowMatrix<double>& h) const;

  // Whether the evaluation words are judged directly: then the second argument of
  // Predict is not rotated cross-products but the targets of the evaluation words
  // (n_e, m) about their mean there.
  bool direct() const { return direct_; }

  // (p, p): scaled features about the training mean, turned into the basis, are
  // x' * rotation().
  const Matrix& rotation() const { return rotation_; }
  const Vector& train_mean() const { return train_mean_; }
  double train_count() const { return train_count_; }
  double evaluation_count() const { return evaluation_count_; }
  // (p) Only with Basis::kEigen; none is negative.
  const Vector& eigenvalues() const { return solver_.diagonal(); }
  // Rotated Gram matrix (p, p) of the evaluation words about their mean, or, if
  // direct(), these words (n_e, p).
  const Matrix& evaluation() const { return evaluation_; }
  // (p) Evaluation mean less training mean, rotated.
  const Eigen::RowVectorXd& shift() const { return shift_; }
  std::int64_t held_bytes() const;

 private:
  Ridge() = default;

  Matrix rotation_;  // diag(scale) * Q
  RidgeSolver solver_;
  Vector train_mean_;
  double train_count_ = 0;
  double evaluation_count_ = 0;
  Eigen::RowVectorXd shift_;
  Matrix evaluation_;
  bool direct_ = false;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_RIDGE_H_
