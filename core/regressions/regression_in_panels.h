#ifndef BRAINALIGN_CORE_REGRESSIONS_REGRESSION_IN_PANELS_H_
#define BRAINALIGN_CORE_REGRESSIONS_REGRESSION_IN_PANELS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/moments/target_moments.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/fold_regression.h"
#include "core/ridge/rounding_bound.h"

namespace brainalign {

// Sums x y' of features and targets (p, m) that one outer fold needs, about any origin. `Scalar` is
// float if the products are in bf16, else double.
template <typename Scalar>
struct PanelSums {
  RowMatrixRef<Scalar> total;   // over all words
  RowMatrixRef<Scalar> test;    // over the fold's test words
  RowMatrixRef<Scalar> purged;  // over the words that its purge removes; empty if there are none
};

// The same m targets in the fold, with their statistics converted for Rotate.
template <typename Scalar>
struct PanelTargets : TargetsOfFold {
  using Array = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

  // Converts the statistics of `of_fold` (m targets).
  explicit PanelTargets(TargetsOfFold of_fold);
  // `shift` (m): constant that each target was moved by. The method's target has its mean back.
  PanelTargets(FoldTargets of_fold, const Eigen::ArrayXd& shift);

  Array train_mean;    // (m)
  Array test_mean;     // (m)
  Array train_varies;  // (m) 1, or 0 for a target that is constant on the training words
  Array test_varies;   // (m) the same for the test words
};

// The FoldRegression (core/regressions/fold_regression.h) for jobs with thousands of targets (no
// PCA), whose cost beside X'Y is the work per target. Everything that is done per target is single
// precision, for a panel of a few hundred targets at a time, which stays in a core's cache. It is
// limited to specifications whose alphas follow from training sums alone: see ServesPanels.
//
// Formulas (docs/method.md, "The score of one cell" and "How it is computed"). G, E are the Gram
// matrices (s, s) of the training and the test words, each about its own mean. D holds the scales
// of the features: one over their deviations on the training words, or ones.
//   D G D = V diag(v) V',  R = D V           once, in Make, in double precision
//   b = R' C_train,  h = R' C_test           (s, m) cross-products about the means of the set
//   alpha = the least RSS(a) / (1 - (1 + df(a)) / n)^2, with
//     RSS(a) = |y|^2 - sum_i b_i^2 / v_i + sum_i b_i^2 / v_i (a / (v_i + a))^2
//                                            "Choosing the penalty"
//   z_i = b_i / (v_i + alpha)                (s, m) coefficients, W = R z
//   sum of yhat y = z'h,  of yhat^2 = z' R'ER z, over the test words about their mean
// ScoreTargets makes the score of these two sums.
//
// If the products are in bf16, the cross-products are those of Bf16Features: p axes that have equal
// scale, which `back` (s, p) turns into the s features. The rotated b = R' back C is then in bf16,
// too.
//
// Order of calls: SegmentFeatureSums of a time's features, then MakeRegressionsInPanels, then
// ScoreInPanels (core/regressions/panel_times.h), which forms the cross-products and calls
// ChooseAndScore for each fold and panel.
class RegressionInPanels {
 public:
  // Cross-products (s, m) along the axes, each about the means of its set.
  struct Cross {
    std::vector<float> train;  // b
    std::vector<float> test;   // h
    Eigen::ArrayXd scale;      // (m) RoundingBound::Scale
  };

  using Solution = std::vector<float>;  // z (s, m)

  // The evaluation words, as far as predictions of any target depend on them.
  struct Evaluation {
    RowMatrix<float> triangle;  // (s, s) lower triangle T with z'Tz = z' R'ER z for every z
    Eigen::VectorXf shift;      // (s) mean of these words less that of the training words
  };

  // What the steps need for a moment.
  struct Buffers {
    std::vector<float> train;
    std::vector<float> test;
    std::vector<std::uint16_t> train_in_bf16;
    std::vector<std::uint16_t> test_in_bf16;
  };

  // `train`, `test`: sums of the s features over the fold's training and test words. `back` (s, p):
  // Bf16Features::back if the cross-products are in bf16, else null, and p = s. Errors: ABORTED
  // with NeedsDouble if single precision cannot hold the features, INTERNAL if the decomposition
  // does not converge.
  static absl::StatusOr<RegressionInPanels> Make(const CentredFeatures& train,
                                                 const CentredFeatures& test,
                                                 const AlignmentSpec& spec, const Matrix* back);

  // The steps of FoldRegression. Errors of Rotate: as MultiplyBf16.
  template <typename Scalar>
  absl::Status Rotate(const PanelTargets<Scalar>& targets, const PanelSums<Scalar>& sums,
                      Buffers& buffers, Cross& cross) const;
  ChosenAlphas Choose(const AlignmentSpec& spec, const TargetsOfFold& targets, const Cross& cross,
                      Buffers& buffers) const;
  void Solve(const std::vector<double>& alphas, const Cross& cross, const ChosenAlphas& chosen,
             Solution& solution) const;
  const Evaluation& evaluation() const { return evaluation_; }
  HeldOutSums Judge(const Solution& solution, const Evaluation& evaluation, const Cross& cross,
                    Buffers& buffers) const;
  void Bound(const AlignmentSpec& spec, const TargetsOfFold& targets, const Cross& cross,
             const Solution& solution, FoldScores& scores) const;

  std::int64_t held_bytes() const;

 private:
  RegressionInPanels() = default;

  absl::Status TurnCentred(const PanelSums<double>& sums, const PanelTargets<double>& targets,
                           Buffers& buffers, Cross& cross) const;
  absl::Status TurnCentred(const PanelSums<float>& sums, const PanelTargets<float>& targets,
                           Buffers& buffers, Cross& cross) const;
  template <typename Scalar, typename Out>
  void Centre(const PanelSums<Scalar>& sums, const PanelTargets<Scalar>& targets, Out* train,
              Out* test) const;

  RoundingBound rounding_;
  double explained_error_bound_ = 0;  // ExplainedErrorBound
  double train_count_ = 0;
  double test_count_ = 0;
  Vector train_mean_;                            // (p)
  Vector test_mean_;                             // (p)
  RowMatrix<float> rotation_;                    // (s, p) R'; empty if products are in bf16
  std::vector<std::uint16_t> rotation_in_bf16_;  // (s, p) R' back, if they are
  Eigen::VectorXf eigenvalue_;                   // (s) v
  Eigen::VectorXf explains_;                     // (s) 1 / v; 0 where v is only rounding
  double axes_ = 0;                              // number of axes where v is more than rounding
  // (alphas + 1, s) (a / (v + a))^2 for each alpha; the last row is ones.
  RowMatrix<float> criterion_;
  std::vector<double> divisor_;  // (alphas) of the gcv criterion
  Evaluation evaluation_;        // the test words
};

// The regressions of every fold, from the features (n, s) of one time and their sums over segments.
// `back` and errors as in Make.
absl::StatusOr<std::vector<RegressionInPanels>> MakeRegressionsInPanels(
    const ColMatrix<float>& features, const std::vector<FeatureSums>& segment_sums,
    const Segments& segments, const AlignmentSpec& spec, const Matrix* back);

// Bytes that the regressions of all folds hold, and further bytes that Make needs while it runs.
double RegressionsInPanelsBytes(const ProblemSize& size, double features);
double MakeRegressionInPanelsBytes(const ProblemSize& size, double features);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_REGRESSION_IN_PANELS_H_
