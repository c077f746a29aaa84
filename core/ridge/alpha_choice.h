#ifndef BRAINALIGN_CORE_RIDGE_ALPHA_CHOICE_H_
#define BRAINALIGN_CORE_RIDGE_ALPHA_CHOICE_H_

#include <vector>

#include "core/moments/target_moments.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// The quantity that a selection of alpha minimises (docs/method.md, "Choosing the penalty"):
// (A, m), one row per alpha (ascending), one column per target.
using Criterion = RowMatrix<double>;

// Adds the squared errors of the predictions on the evaluation words of `ridge` to `criterion`.
// `b` (p, m): rotated training cross-products. `h`: as in EvaluationMoments::Predict.
void AddSquaredError(const Ridge& ridge, const RowMatrix<double>& b, const RowMatrix<double>& h,
                     const TargetStatistics& train, const TargetStatistics& evaluation,
                     const std::vector<double>& alphas, Criterion& criterion);

// (A, m) Residual sums of squares over the training words, RSS(a). Requires
// Ridge::Basis::kEigen.
Criterion ResidualSquares(const Ridge& ridge, const RowMatrix<double>& b,
                          const TargetStatistics& train, const std::vector<double>& alphas);

// (A) The divisor of RSS(a) in generalised cross-validation, (1 - (1 + df(a)) / n)^2. Requires
// Ridge::Basis::kEigen.
Vector GcvDivisors(const Ridge& ridge, const std::vector<double>& alphas);

// (A, m) Generalised cross-validation on the training words (docs/method.md, "Choosing the
// penalty"): RSS(a) / (1 - (1 + df(a)) / n)^2. Requires Ridge::Basis::kEigen.
Criterion GcvCriterion(const Ridge& ridge, const RowMatrix<double>& b,
                       const TargetStatistics& train, const std::vector<double>& alphas);

// Columns [begin, end) that share one alpha.
struct ColumnGroup {
  Eigen::Index begin = 0;
  Eigen::Index end = 0;
};

// Which alpha is chosen if several have the least criterion.
enum class Ties { kToSmaller, kToLarger };

// (m) Index of the least criterion for each target.
std::vector<int> ChoosePerTarget(const Criterion& criterion, Ties ties);

// (m) Index of the least weighted sum over each group's targets, the same for all targets of a
// group. `weights` (m).
std::vector<int> ChooseShared(const Criterion& criterion, const Eigen::ArrayXd& weights,
                              const std::vector<ColumnGroup>& groups, Ties ties);

// (m) The minimum that was found for the choices `index` (m): of the criterion, or of the weighted
// sum.
std::vector<double> LeastPerTarget(const Criterion& criterion, const std::vector<int>& index);
std::vector<double> LeastShared(const Criterion& criterion, const std::vector<int>& index,
                                const Eigen::ArrayXd& weights,
                                const std::vector<ColumnGroup>& groups);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_ALPHA_CHOICE_H_
