#include "core/columns/preparation_cost.h"

#include <cmath>

#include "core/linalg/leading_eigen.h"

namespace brainalign {
namespace {

// Products with the covariance that finding leading components takes, in double and in single
// precision: for the first fold, and for each later one, which starts from it. Where variances
// fall steeply one or two of the latter are of the former.
constexpr double kFirstProducts = 1;
constexpr double kFirstProductsInSingle = 16;
constexpr double kLaterProducts = 0;
constexpr double kLaterProductsInSingle = 8;

}  // namespace

Work PreparationCost::Of(const PreparationStep& step) const {
  switch (step.task) {
    case PreparationTask::kAllocate:
    case PreparationTask::kNuisance:
      return {};
    case PreparationTask::kWhole:
      return whole;
    case PreparationTask::kMeans:
      return means;
    case PreparationTask::kSum:
      return sum;
    case PreparationTask::kFit:
      return step.part == 0 ? first_fit : later_fit;
    case PreparationTask::kProject:
      return project;
    case PreparationTask::kFinish:
      return finish;
  }
  return {};
}

PreparationCost CostOfPreparing(const ProblemSize& size, double dims, double input_bytes,
                                bool from_sums, bool with_statistics) {
  const double n = size.words;
  const double d = dims;
  const double k = size.components > 0 ? size.components : d;
  const double fits = size.projections;
  const auto columns = static_cast<Eigen::Index>(d);
  const Work reading = {0, 0, n * d * input_bytes};
  PreparationCost cost;
  cost.bytes = BytesToPrepare(size, columns, from_sums, with_statistics);
  cost.means = reading;
  if (with_statistics) cost.finish.double_operations = 3 * fits * n * k;
  if (size.components == 0) {
    cost.whole = cost.means;
    cost.whole += cost.finish;
    if (with_statistics) cost.whole += reading;
    return cost;
  }
  Work projecting = OnWords(size.value_bytes, 2 * fits * n * d * k);
  projecting += reading * fits;
  if (!from_sums) {
    const double fitted = n * (fits > 1 ? (size.folds - 1) / size.folds : 1);
    cost.whole = reading * 2;
    cost.whole += projecting;
    cost.whole.double_operations +=
        fits * (fitted * fitted * d + 9 * std::pow(fitted, 3) + 2 * fitted * d * k);
    cost.whole += cost.finish;
    return cost;
  }
  cost.side_by_side = static_cast<int>(size.folds);
  cost.project = projecting * (1.0 / kProjectionParts);
  Work summing = OnWords(size.value_bytes, n * d * d);
  summing += reading;
  cost.sum = summing * (1.0 / size.folds);
  const double of_product = 2 * d * d * static_cast<double>(SearchWidth(size.components));
  if (DecomposesInFull(columns, size.components)) {
    cost.first_fit.double_operations = 9 * d * d * d;
    cost.later_fit = cost.first_fit;
  } else {
    cost.first_fit = {kFirstProductsInSingle * of_product, kFirstProducts * of_product, 0};
    cost.later_fit = {kLaterProductsInSingle * of_product, kLaterProducts * of_product, 0};
  }
  return cost;
}

}  // namespace brainalign
