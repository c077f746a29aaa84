#ifndef BRAINALIGN_CORE_REGRESSIONS_TARGET_COLUMNS_H_
#define BRAINALIGN_CORE_REGRESSIONS_TARGET_COLUMNS_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/regressions/fold_regression.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// Targets of one outer fold, m columns. `statistics` are those of `values`.
template <typename T>
struct TargetColumns : TargetsOfFold {
  RowMatrixRef<T> values;  // (n, m) by position, each column less some constant
  // (m) Square of the factor that converts `values` into the target of docs/method.md. The errors
  // of targets that share an alpha are summed with these weights.
  Eigen::ArrayXd weight;
  std::vector<ColumnGroup> groups;  // columns of one cell: they share an alpha if alphas are shared
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_TARGET_COLUMNS_H_
