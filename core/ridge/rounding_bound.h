#ifndef BRAINALIGN_CORE_RIDGE_ROUNDING_BOUND_H_
#define BRAINALIGN_CORE_RIDGE_ROUNDING_BOUND_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/linalg/single_range.h"
#include "core/moments/target_moments.h"
#include "core/problem/spec.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Unit roundoff of cross-products summed in T.
template <typename T>
constexpr double kUnitRoundoff = sizeof(T) == sizeof(float) ? 0x1p-24 : 0x1p-53;
// For products in bf16: the root mean square of the relative error of rounding a value to 8 bits.
constexpr double kBf16Roundoff = 0x1p-10;

// A bound on the effect of rounded cross-products on the predictions of one fit on its evaluation
// words (docs/method.md, "What rounding may do").
//
// A cross-product x_j'y over n words has an error e_j, independent in each feature, with deviation
//   unit kGrowth d_j T,   T^2 = n s^2 + mean_j (x_j'y / d_j)^2,
// where d_j and s are the deviations of feature and target. The first term is the rounding of the
// words' values, the second that of the sum itself. The fit turns e into an error of the
// predictions with the mean square over the n_e evaluation words of
//   e'(G + aI)^-1 E (G + aI)^-1 e / n_e,
// where G and E are the Gram matrices of training and evaluation words, each about its mean. The
// mean prediction has the error m'(G + aI)^-1 e, with m the difference of the two means. Both are
// large if evaluation words use directions that training words hardly span, for example if sensors
// are dead or interpolated in some sessions only. Their squares are estimated from a few random e.
class RoundingBound {
 public:
  // The distribution of the errors, for T = 1.
  struct Errors {
    double unit = 0;          // unit roundoff of the sums
    bool of_sums = true;      // whether T^2 has its second term; if not, T^2 = n s^2
    Vector deviation;         // (p) d
    RowMatrix<double> draws;  // (p, draws) random draws of e
  };
  static Errors Independent(const Vector& deviation, double unit);
  // For products in bf16: errors are independent along the axes of Bf16Features, and `back` (p,
  // axes) is that of Bf16Features. The error of a sum along an axis is proportional to that sum.
  static Errors InBf16(const Matrix& back, const Vector& deviation);

  // The properties of a fit that the bound depends on.
  struct Fit {
    const Matrix& rotation;  // as Ridge::rotation
    const RidgeSolver& solver;
    const Eigen::RowVectorXd& shift;  // (p) EvaluationMoments::shift
    double train_count = 0;
    double evaluation_count = 0;
  };

  // Computes (m) sums of squares of predictions over the evaluation words, about their mean.
  // `coefficients` (p, m) are in the basis of the fit.
  using SquaresOf = std::function<Eigen::ArrayXd(const RowMatrix<double>& coefficients)>;

  RoundingBound() = default;
  // `alphas` ascending.
  static RoundingBound Make(const Fit& fit, const Errors& errors, const std::vector<double>& alphas,
                            const SquaresOf& squares_of);

  // (m) T of each target. `train`: statistics over the training words. `cross` (p, m): centred
  // training cross-products. Infinite for a target that single precision cannot hold.
  template <typename Scalar>
  Eigen::ArrayXd Scale(const TargetStatistics& train, const Scalar* cross) const;
  // The same from cross-products in the basis of the fit, for features that the fit scales to
  // deviations of about 1.
  Eigen::ArrayXd ScaleOfRotated(const TargetStatistics& train, const float* rotated) const;

  // What a score is made of, as in ScoreTargets.
  struct Judged {
    const HeldOutSums& predictions;
    const TargetStatistics& train;
    const TargetStatistics& evaluation;
    const Eigen::ArrayXd& origin;
  };

  // (m) Bound on the error of each target's score. `alpha` (m): index of the chosen alpha.
  // `coefficients` (p, m): in the basis.
  template <typename Scalar>
  Eigen::ArrayXd ScoreErrorBound(Metric metric, const Eigen::ArrayXd& scale,
                                 const std::vector<int>& alpha, const Scalar* coefficients,
                                 const Judged& judged) const;

  // (m) Deviation of the error of each target's predictions on the evaluation words.
  Eigen::ArrayXd PredictionError(const Eigen::ArrayXd& scale, const std::vector<int>& alpha) const;

  // Adds to `inflation` (A, m) the amount that rounding may have added to squared errors on the
  // evaluation words.
  void AddInflation(const Eigen::ArrayXd& scale, Eigen::Ref<Criterion> inflation) const;

  std::int64_t held_bytes() const;

 private:
  Eigen::ArrayXd ScaleFrom(const TargetStatistics& train, const Eigen::ArrayXd& squares) const;
  // The part of a bound that the mean prediction adds, for r2 and cosine; `error` is its own.
  static double ErrorBoundOfMean(Metric metric, double error, const Judged& judged,
                                 Eigen::Index target);

  double unit_ = 0;
  bool of_sums_ = true;
  Vector inverse_square_;          // (p) 1 / d^2; 0 where d is 0
  Vector along_;                   // (p) squared deviations along the basis
  std::vector<double> gain_;       // (alphas) deviation of the predictions' error for T = 1
  std::vector<double> mean_gain_;  // (alphas) of the error of their mean
  std::vector<double> spread_;     // (alphas) of the coefficients' error, each times d
  double train_count_ = 0;
  double evaluation_count_ = 0;
};

inline RoundingBound::Fit FitOf(const Ridge& ridge) {
  return {ridge.rotation(), ridge.solver(), ridge.evaluation().shift, ridge.train_count(),
          ridge.evaluation().count};
}

// (m) Bound on the error of each cosine that float32 rounding of the targets causes. Rounding
// changes their means over the training words, `origin` (m). If a mean is about 0 and the fit
// explains little, the mean is most of the prediction. `count`: number of evaluation words.
Eigen::ArrayXd ErrorBoundOfMeans(const TargetStatistics& train, const Eigen::ArrayXd& origin,
                                 const HeldOutSums& predictions, double count);

// Effect of errors in the training cross-products on the part of a target's squares that a fit with
// Basis::kEigen explains, for T = 1: the root of sum_j e_j^2 / v_j over the spanned directions,
// with v the eigenvalues.
double ExplainedErrorBound(const RoundingBound::Fit& fit, const RoundingBound::Errors& errors);
// (A) The same for the derivative of the residual sum of squares at each alpha, as a share of twice
// the target's length.
Eigen::ArrayXd ResidualErrorBounds(const RoundingBound::Fit& fit,
                                   const RoundingBound::Errors& errors,
                                   const std::vector<double>& alphas);
// Adds to `inflation` (A, m) the resulting error of each residual sum of squares. `error_bound`
// (m): ExplainedErrorBound times T of each target.
void AddExplainedErrorBound(const Eigen::ArrayXd& error_bound, const TargetStatistics& train,
                            Criterion& inflation);

// (m) Whether `inflation` may have changed which entry of `criterion` is the least.
Flags HidesTheLeast(const Criterion& criterion, const Criterion& inflation);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_ROUNDING_BOUND_H_
