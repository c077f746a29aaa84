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

PreparationCost CostOfPreparing(const ProblemSize& size, double dims, double input_bytes,
                                bool from_sums, bool with_statistics) {
  const double n = size.words;
  const double d = dims;
  const double k = size.components > 0 ? size.components : d;
  const auto columns = static_cast<Eigen::Index>(d);
  const double reading = n * d * input_bytes;
  PreparationCost cost;
  cost.bytes = BytesToPrepare(size, columns, from_sums, with_statistics);
  Work& work = cost.all;
  work.bytes = reading;
  if (size.components > 0) {
    const double fits = size.projections;
    work.bytes += fits * reading;
    work += OnWords(size.value_bytes, 2 * fits * n * d * k);
    if (from_sums) {
      cost.units = static_cast<int>(size.folds + fits) + kProjectionParts;
      cost.side_by_side = static_cast<int>(size.folds);
      work += OnWords(size.value_bytes, n * d * d);
      work.bytes += reading;
      const double of_product = 2 * d * d * static_cast<double>(SearchWidth(size.components));
      if (DecomposesInFull(columns, size.components)) {
        work.double_operations += fits * 9 * d * d * d;
      } else {
        work.double_operations += (kFirstProducts + (fits - 1) * kLaterProducts) * of_product;
        work.single_operations +=
            (kFirstProductsInSingle + (fits - 1) * kLaterProductsInSingle) * of_product;
      }
    } else {
      const double fitted = n * (fits > 1 ? (size.folds - 1) / size.folds : 1);
      work.bytes += reading;
      work.double_operations +=
          fits * (fitted * fitted * d + 9 * std::pow(fitted, 3) + 2 * fitted * d * k);
    }
  } else if (with_statistics) {
    work.bytes += reading;
  }
  if (with_statistics) work.double_operations += 3 * size.projections * n * k;
  return cost;
}

}  // namespace brainalign
