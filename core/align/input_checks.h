#ifndef BRAINALIGN_CORE_ALIGN_INPUT_CHECKS_H_
#define BRAINALIGN_CORE_ALIGN_INPUT_CHECKS_H_

#include <vector>

#include "core/align/result.h"
#include "core/cancel.h"
#include "core/epochs/epochs.h"
#include "core/problem/folds.h"
#include "core/problem/inputs.h"
#include "core/problem/sessions.h"
#include "core/problem/spec.h"

namespace brainalign {

// Checks shapes, lengths and small arrays. Appends a problem for each error. If there is one, do
// not call the functions below.
void CheckShapes(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems);
// The same of a recording alone.
void CheckShapes(const BrainInput& brain, std::vector<FieldProblem>& problems);

// Checks that no value in the words that are used is NaN or infinite. Does not read a tensor whose
// facts show this. If `is_cancelled` has returned true, ignore the result.
void CheckValues(const AlignmentInputs& inputs, const Epochs& epochs,
                 const CancelCheck& is_cancelled, std::vector<FieldProblem>& problems);

// Returns how the inputs were processed, and what is unusual but permitted. `folds`: those made
// from `fold_inputs`. `is_cancelled` as in CheckValues.
InputReport ReportOn(const AlignmentInputs& inputs, const Epochs& epochs, const AlignmentSpec& spec,
                     const Sessions& sessions, const FoldInputs& fold_inputs,
                     const std::vector<OuterFold>& folds, const CancelCheck& is_cancelled);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_INPUT_CHECKS_H_
