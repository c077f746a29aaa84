#ifndef BRAINALIGN_CORE_RIDGE_SINGLE_PRECISION_JUDGE_H_
#define BRAINALIGN_CORE_RIDGE_SINGLE_PRECISION_JUDGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/ridge.h"
#include "core/ridge/solution_interpolation.h"

namespace brainalign {

// Squared errors of every alpha on the evaluation words of a fit that serves to
// compare alphas only. The same sums as AddSquaredError, with the products in
// single precision and for a few alphas, of which the others' solutions are
// combinations (solution_interpolation.h): errors are off by about 1e-6 of the target's
// sum of squares.
class SinglePrecisionJudge {
 public:
  // Which solutions are combinations of which, for all fits whose eigenvalues lie where those
  // of the fits on an outer fold's parts do.
  struct Combinations {
    // None may lie between what is rounding and `least`.
    double rounding = 0;
    double least = 0;
    SolutionInterpolation solutions;
  };
  // From the fit on all training words of the outer fold. INTERNAL as Make.
  static absl::StatusOr<Combinations> CombinationsFor(const Ridge& outer,
                                                      const std::vector<double>& alphas);

  // `ridge`, a fit that judges nothing itself, is not needed afterwards; `evaluation` are the
  // evaluation words, not scaled, `scale` as the fit was given. INTERNAL if a numerical
  // routine fails.
  static absl::StatusOr<SinglePrecisionJudge> Make(const Ridge& ridge,
                                                   const CentredFeatures& evaluation,
                                                   const Vector& scale,
                                                   const std::vector<double>& alphas,
                                                   const Combinations& combinations);

  // Sums over a set of words, of cross-products (p, m) of features and targets about any
  // origin, with the means about that origin.
  struct Cross {
    const RowMatrix<double>& product;
    const Vector& feature_mean;
    const TargetStatistics& targets;
  };

  // Adds the errors to `criterion` (A, m), from sums over the training and the evaluation
  // words.
  void AddSquaredError(const Cross& train, const Cross& evaluation, Criterion& criterion) const;

  std::int64_t held_bytes() const;

 private:
  SinglePrecisionJudge() = default;

  ColMatrix<float> rotation_;
  ColMatrix<float> factor_;  // upper; factor' factor is the rotated evaluation Gram matrix
  RidgeSolver solver_;
  Eigen::RowVectorXd shift_;  // (p)
  std::vector<double> alphas_;
  std::vector<int> chosen_;        // indices of alphas that are solved for
  std::vector<int> others_;        // and of those that are not
  RowMatrix<float> combinations_;  // (others, chosen) their solutions as combinations
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_SINGLE_PRECISION_JUDGE_H_
