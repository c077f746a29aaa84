#ifndef BRAINALIGN_CORE_RIDGE_SINGLE_PRECISION_JUDGE_H_
#define BRAINALIGN_CORE_RIDGE_SINGLE_PRECISION_JUDGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/ridge.h"
#include "core/ridge/rounding_bound.h"
#include "core/ridge/solution_interpolation.h"

namespace brainalign {

// Squared errors of every alpha on the evaluation words of an inner fit, which only compares alphas
// (docs/method.md, "Precision"). It computes the same sums as AddSquaredError, but with products in
// single precision, and for a few alphas only. The solutions of the other alphas are linear
// combinations of these (solution_interpolation.h). The sums err by about 1e-6 of the target's sum
// of squares.
//
// Order of calls: CombinationsFor once for the outer fold, Make for each inner fit, then
// AddSquaredError for each block of targets.
class SinglePrecisionJudge {
 public:
  // Which solutions are combinations of which. Valid for all fits whose eigenvalues are within the
  // range of the inner fits of one outer fold.
  struct Combinations {
    // No eigenvalue may lie between `rounding` and `least`. Those up to `rounding` are rounding
    // errors.
    double rounding = 0;
    double least = 0;
    SolutionInterpolation solutions;
  };
  // `outer`: the fit on all training words of the outer fold. Errors as Make.
  static absl::StatusOr<Combinations> CombinationsFor(const Ridge& outer,
                                                      const std::vector<double>& alphas);

  // `ridge`: a fit with Options::judges false; it is not needed afterwards. `evaluation`: sums over
  // the evaluation words, not scaled. `errors`: of the cross-products. INTERNAL if a numerical
  // routine fails. NeedsDouble if rounding left evaluation.gram with negative squares.
  static absl::StatusOr<SinglePrecisionJudge> Make(const Ridge& ridge,
                                                   const CentredFeatures& evaluation,
                                                   const std::vector<double>& alphas,
                                                   const Combinations& combinations,
                                                   const RoundingBound::Errors& errors);

  // Cross-products (p, m) of features and targets over a set of words about any origin, and the
  // means about the same origin.
  struct Cross {
    const RowMatrix<double>& product;
    const Vector& feature_mean;
    const TargetStatistics& targets;
  };

  // Adds the squared errors to `criterion` (A, m), to `inflation` (A, m) the amount that rounding
  // of the cross-products may have added to them, and to `error_bound` (A, m) what they may be off
  // by for all reasons. `train`, `evaluation`: sums over the training and the evaluation words.
  void AddSquaredError(const Cross& train, const Cross& evaluation, Criterion& criterion,
                       Criterion& inflation, Criterion& error_bound) const;

  std::int64_t held_bytes() const;

 private:
  SinglePrecisionJudge() = default;

  // Bounds on the errors of a few targets' squared errors, (A, width).
  struct Computed {
    const Criterion& errors;         // (A, width) the squared errors
    const Criterion& squares;        // (A, width) of the predictions: as AddCombinedSquares
    const Criterion& inflation;      // (A, width) from the cross-products
    const Eigen::ArrayXd& of_train;  // (width) lengths of the targets over the training words
    const Eigen::ArrayXd& products;  // (width) RoundingBound::Scale on the evaluation words
    double train_count = 0;
    double evaluation_count = 0;
  };
  void AddErrorBound(const Computed& computed, Eigen::Ref<Criterion> error_bound) const;

  ColMatrix<float> rotation_;
  ColMatrix<float> factor_;  // upper; factor' factor is the rotated evaluation Gram matrix
  RidgeSolver solver_;
  Eigen::RowVectorXd shift_;  // (p)
  std::vector<double> alphas_;
  std::vector<int> chosen_;  // indices of the alphas that are solved for
  std::vector<int> others_;  // indices of the other alphas
  RoundingBound rounding_;
  RowMatrix<float> combinations_;  // (others, chosen) coefficients of their solutions
  Vector interpolation_error_;     // (A) SolutionInterpolation::error
  // How much larger predictions of random targets are on the evaluation words than on the training
  // words, at most.
  double growth_ = 1;
  // How much larger the terms are that make up a prediction's length.
  double cancellation_ = 1;
  // What the factor adds to the square of that length, as a share of the squares of the terms.
  double raise_ = 0;
};

// Bytes that Make needs in addition to the Ridge, for this many features. The object holds at most
// as many.
inline double MakeJudgeBytes(double features) { return 8 * 5 * features * features; }

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_SINGLE_PRECISION_JUDGE_H_
