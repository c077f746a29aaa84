#ifndef BRAINALIGN_CORE_ALIGN_NUISANCE_CHECKS_H_
#define BRAINALIGN_CORE_ALIGN_NUISANCE_CHECKS_H_

#include <vector>

#include "core/align/alignment.h"
#include "core/epochs/epochs.h"
#include "core/problem/folds.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// Checks of the nuisance, and of the activations together with it. Each appends a problem for each
// error.

// Regressions on nuisance need more training words than columns.
void CheckNuisanceCount(const AlignmentSpec& spec, const std::vector<OuterFold>& folds,
                        std::vector<FieldProblem>& problems);

// A fill value makes the other numbers of its column vanish: nothing would be taken out. If
// `is_cancelled` has returned true, ignore the result.
void CheckNuisanceFill(const AlignmentInputs& inputs, const Epochs& epochs,
                       const CancelCheck& is_cancelled, std::vector<FieldProblem>& problems);

// Nuisance and activations that predict the brain together must be of orders of magnitude that one
// regression in float64 resolves. `is_cancelled` as above.
void CheckUnitsOfBands(const AlignmentInputs& inputs, const CancelCheck& is_cancelled,
                       std::vector<FieldProblem>& problems);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NUISANCE_CHECKS_H_
