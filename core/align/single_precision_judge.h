#ifndef BRAINALIGN_CORE_ALIGN_SINGLE_PRECISION_JUDGE_H_
#define BRAINALIGN_CORE_ALIGN_SINGLE_PRECISION_JUDGE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/alpha_choice.h"
#include "core/align/matrix_types.h"
#include "core/align/ridge.h"
#include "core/align/solution_interpolation.h"

namespace brainalign {

// Squared errors of every alpha on the evaluation words of a fit that serves to
// compare alphas only. The same sums as AddSquaredError, with the products in
// single precision and for a few alphas, of which the others' solutions are
// combinations (solution_interpolation.h): errors are off by about 1e-6 of the target's
// sum of squares.
class SinglePrecisionJudge {
 public:
  // `ridge` is not judged directly; it is not needed afterwards. INTERNAL if a
  // numerical routine fails.
  static absl::StatusOr<SinglePrecisionJudge> Make(const Ridge& ridge,
                                                   const std::vector<double>& alphas);

  // Adds the errors to `criterion` (A, m). Cross-products (p, m) of features and
  // targets over the training and the evaluation words, each about its mean there;
  // not rotated.
  void AddSquaredError(const RowMatrix<double>& train_cross,
                       const RowMatrix<double>& evaluation_cross, const TargetStatistics& train,
                       const TargetStatistics& evaluation, Criterion& criterion) const;

  std::int64_t held_bytes() const;

 private:
  SinglePrecisionJudge() = default;

  ColMatrix<float> rotation_;
  ColMatrix<float> factor_;  // upper; factor' factor is the rotated evaluation Gram matrix
  RidgeSolver solver_;
  Eigen::RowVectorXd shift_;
  std::vector<double> alphas_;
  SolutionInterpolation interpolation_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SINGLE_PRECISION_JUDGE_H_
