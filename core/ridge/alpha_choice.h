#ifndef BRAINALIGN_CORE_RIDGE_ALPHA_CHOICE_H_
#define BRAINALIGN_CORE_RIDGE_ALPHA_CHOICE_H_

#include <vector>

#include "core/moments/target_moments.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// What each way of choosing alpha minimises: one row an alpha (ascending), one
// column a target.
using Criterion = RowMatrix<double>;

// Adds the squared error on the evaluation words of `ridge`, whose targets have
// rotated training cross-products `b` and evaluation cross-products `h`.
void AddSquaredError(const Ridge& ridge, const RowMatrix<double>& b, const RowMatrix<double>& h,
                     const TargetStatistics& train, const TargetStatistics& evaluation,
                     const std::vector<double>& alphas, Criterion& criterion);

// Sum of squared residuals over the training words. Requires
// Ridge::Basis::kEigen.
Criterion ResidualSquares(const Ridge& ridge, const RowMatrix<double>& b,
                          const TargetStatistics& train, const std::vector<double>& alphas);

// Generalised cross-validation on the training words (METHOD):
// RSS(a) / (1 - (1 + df(a)) / n)^2. Requires Ridge::Basis::kEigen.
Criterion GcvCriterion(const Ridge& ridge, const RowMatrix<double>& b,
                       const TargetStatistics& train, const std::vector<double>& alphas);

// Columns [begin, end) that share one alpha.
struct ColumnGroup {
  Eigen::Index begin = 0;
  Eigen::Index end = 0;
};

enum class Ties { kToSmaller, kToLarger };

// Index of the least criterion for each target.
std::vector<int> ChoosePerTarget(const Criterion& criterion, Ties ties);

// Index of the least sum over each group's targets, every target weighted;
// repeated for each target of the group.
std::vector<int> ChooseShared(const Criterion& criterion, const Eigen::ArrayXd& weights,
                              const std::vector<ColumnGroup>& groups, Ties ties);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_ALPHA_CHOICE_H_
