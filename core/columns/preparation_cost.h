#ifndef BRAINALIGN_CORE_COLUMNS_PREPARATION_COST_H_
#define BRAINALIGN_CORE_COLUMNS_PREPARATION_COST_H_

#include "core/columns/activation_columns.h"
#include "core/problem/problem_size.h"
#include "core/problem/work.h"

namespace brainalign {

// The units that prepare one layer (ActivationColumns).
struct PreparationCost {
  int units = 1;
  int side_by_side = 1;  // units that can run at a time
  Work all;              // of all units: which of them does what is settled when they run
  PreparationBytes bytes;
};

// `dims`, `input_bytes`: dimensions of the activations, and bytes of one number as stored.
// `from_sums`: ComponentsFromSums of the layer.
PreparationCost CostOfPreparing(const ProblemSize& size, double dims, double input_bytes,
                                bool from_sums, bool with_statistics);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_PREPARATION_COST_H_
