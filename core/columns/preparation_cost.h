#ifndef BRAINALIGN_CORE_COLUMNS_PREPARATION_COST_H_
#define BRAINALIGN_CORE_COLUMNS_PREPARATION_COST_H_

#include "core/columns/activation_columns.h"
#include "core/problem/problem_size.h"
#include "core/problem/work.h"

namespace brainalign {

// The steps that prepare one layer (ActivationColumns).
struct PreparationCost {
  int side_by_side = 1;  // steps that can run at a time
  PreparationBytes bytes;
  // Of one step of a task.
  Work whole = {};
  Work means = {};
  Work sum = {};
  Work first_fit = {};
  Work later_fit = {};
  Work project = {};
  Work finish = {};

  // Of a step of this layer; none for steps of all layers.
  Work Of(const PreparationStep& step) const;
};

// `dims`, `input_bytes`: dimensions of the activations, and bytes of one number as stored.
// `from_sums`: ComponentsFromSums of the layer.
PreparationCost CostOfPreparing(const ProblemSize& size, double dims, double input_bytes,
                                bool from_sums, bool with_statistics);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_PREPARATION_COST_H_
