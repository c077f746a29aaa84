#ifndef BRAINALIGN_CORE_RIDGE_RIDGE_H_
#define BRAINALIGN_CORE_RIDGE_RIDGE_H_

#include <cstdint>
#include <functional>
#include <utility>

#include "absl/status/statusor.h"
#include "core/linalg/lapack.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/ridge/evaluation_moments.h"

namespace brainalign {

// (T + alpha I)^-1 for a tridiagonal (or diagonal) positive semidefinite T.
class RidgeSolver {
 public:
  RidgeSolver() = default;
  // An empty `off_diagonal` says that T is diagonal. Eigenvalues below `negligible_share` of the
  // largest are rounding.
  RidgeSolver(Vector diagonal, Vector off_diagonal, double negligible_share = kNegligibleShare)
      : diagonal_(std::move(diagonal)),
        off_diagonal_(std::move(off_diagonal)),
        negligible_share_(negligible_share) {}

  // Whether T + alpha I is safely positive definite, despite rounding.
  bool CanSolve(double alpha) const;
  // z = (T + alpha I)^-1 b, columns (p, m). Requires CanSolve(alpha).
  void Solve(double alpha, const RowMatrix<double>& b, RowMatrix<double>& z) const;
  // The number of eigenvalues of T below `value`.
  Eigen::Index CountBelow(double value) const;
  // The eigenvalues of T, ascending. INTERNAL if the routine does not converge.
  absl::Status Eigenvalues(Vector& values) const;

  const Vector& diagonal() const { return diagonal_; }
  // (m) z'Tz of each column of z (p, m).
  Eigen::ArrayXd Squares(const RowMatrix<double>& z) const;
  // (p) 1 where a diagonal T is more than rounding, else 0.
  Eigen::ArrayXd Spanned() const { return SpannedDirections(diagonal_, negligible_share_); }
  std::int64_t held_bytes() const;

 private:
  Vector diagonal_;
  Vector off_diagonal_;
  double negligible_share_ = kNegligibleShare;
};

// Ridge regressions of any targets, for any alpha, from sums alone (docs/method.md, "How it is
// computed"). They are fitted on one set of words (the training set) and evaluated on another (the
// evaluation set).
//
// With x the features about the training mean, scaled by d, and G = sum x x' over
// the training set, W(alpha) = (G + alpha I)^-1 sum x y'. In an orthogonal basis Q in which Q'GQ is
// tridiagonal (or diagonal), each further alpha costs only a few operations per coefficient. All
// coefficients are stored in that basis: z = Q'W. Sums of predictions over the evaluation set
// follow from its own Gram matrix, or from its words if it has fewer words than features. If the
// smallest alpha is too small for a Gram matrix in float64 and the words are available, both sets
// are factorised instead.
//
// Order of calls: Make; then for each block of targets Rotate their training and evaluation
// cross-products to b and h, Solve for coefficients z, and evaluation().Predict for the sums of the
// score.
class Ridge {
 public:
  enum class Basis {
    kTridiagonal,  // faster to compute
    kEigen,        // provides eigenvalues(), and leverages at low cost
  };

  struct Options {
    double smallest_alpha = 0;  // the smallest alpha that Solve will be called with
    Basis basis = Basis::kTridiagonal;
    bool judges = true;  // false: nothing is predicted, and evaluation().values is empty
  };

  // The words themselves, as far as they are needed.
  struct Words {
    // (n_e, p) The evaluation words about their mean, not scaled; or null. If given, predictions
    // are formed for these words: see EvaluationMoments::direct.
    const Matrix* evaluation = nullptr;
    // Functions that return triangular factors (p, p) of the words of each set about their mean,
    // not scaled (TriangularFactor); or null. Called if Gram matrices are not accurate enough.
    std::function<Matrix()> train_factor = nullptr;
    std::function<Matrix()> evaluation_factor = nullptr;
  };

  // `scale` (p) multiplies the features. A feature that is constant on the training words gets no
  // weight. INTERNAL if a decomposition does not converge.
  static absl::StatusOr<Ridge> Make(const CentredFeatures& train, const CentredFeatures& evaluation,
                                    const Vector& scale, const Options& options,
                                    const Words& words);

  // (p, m) `cross` in the basis. `cross` (p, m): cross-products of features and targets over a set
  // of words, each about its mean in that set.
  RowMatrix<double> Rotate(const RowMatrix<double>& cross) const;

  // Sets `z` (p, m) to the coefficients in the basis. `b` (p, m): rotated training cross-products.
  void Solve(double alpha, const RowMatrix<double>& b, RowMatrix<double>& z) const {
    solver_.Solve(alpha, b, z);
  }
  const RidgeSolver& solver() const { return solver_; }

  // The words that the fit was made with, for predictions of their targets.
  const EvaluationMoments& evaluation() const { return evaluation_; }

  // The same of any other words with the same features, from their Gram matrix.
  EvaluationMoments MomentsOf(const CentredFeatures& words) const;

  // Whether it was made from factors of the words. Then rotated cross-products lack digits along
  // the small directions; use CrossOfRotatedWords, which turns the words one by one.
  bool factorised() const { return factorised_; }

  // Whether float64 resolves the eigenvalues and the smallest alpha, from the Gram matrix or from
  // factors of the words.
  bool resolves() const { return resolves_; }

  // (p, p): scaled features about the training mean, rotated into the basis, are
  // x' * rotation().
  const Matrix& rotation() const { return rotation_; }
  const Vector& train_mean() const { return train_mean_; }
  double train_count() const { return train_count_; }
  // (p) Ascending; none is negative. Only with Basis::kEigen.
  const Vector& eigenvalues() const { return solver_.diagonal(); }
  std::int64_t held_bytes() const;

 private:
  Ridge() = default;

  // Sets the solver and returns the basis Q of the features' Gram matrix about the training mean.
  absl::StatusOr<Matrix> MakeBasis(const CentredFeatures& train, const Vector& scale,
                                   const Options& options, const Words& words);

  Eigen::RowVectorXd ShiftOf(const CentredFeatures& words) const;

  Matrix rotation_;  // diag(scale) * Q
  RidgeSolver solver_;
  Vector train_mean_;
  double train_count_ = 0;
  EvaluationMoments evaluation_;
  bool factorised_ = false;
  bool resolves_ = true;
};

// Least share of the Gram matrix's size that a penalty must have where features hardly vary along
// some direction. An eigenvalue from the Gram matrix errs by some 4e-16 of its size, so a smaller
// penalty leaves coefficients wrong by more than 1e-5. The size is the norm, and what the sums of
// squares lost when they were taken about the mean. Without factors a hundredth of it must do.
constexpr double kLeastShareOfGram = 1e-10;
constexpr double kLeastShareWithoutFactors = 1e-12;
// An eigenvalue from the Gram matrix that is above this share of its size is not rounding. Where
// X'Y is in float64 (the words have factors), it counts for the criteria.
constexpr double kRoundingOfGram = 0x1p-46;

// Bytes that a Ridge of so many features holds, and that Make needs while it runs.
inline double RidgeBytes(double features) { return 8 * 2 * features * features; }
inline double MakeRidgeBytes(double features) {
  // The Gram matrix, its basis and an intermediate product. A factor of the words and its workspace
  // take the place of the eigenproblem's workspace.
  return 8 * 3 * features * features + SymmetricEigenBytes(features);
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_RIDGE_H_
