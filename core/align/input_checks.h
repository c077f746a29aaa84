#ifndef BRAINALIGN_CORE_ALIGN_INPUT_CHECKS_H_
#define BRAINALIGN_CORE_ALIGN_INPUT_CHECKS_H_

#include <vector>

#include "core/align/result.h"
#include "core/cancel.h"
#include "core/epochs/epochs.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// Shapes, lengths and small arrays. Appends a problem for each thing that is
// wrong; nothing else may be called while there is one.
void CheckShapes(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems);

// Values in the words that are used: none may be NaN or infinite. Nothing found counts once
// `is_cancelled` has said yes.
void CheckValues(const AlignmentInputs& inputs, const Epochs& epochs,
                 const CancelCheck& is_cancelled, std::vector<FieldProblem>& problems);

// What is odd but legal about the inputs. `is_cancelled` as in CheckValues.
InputReport ReportOn(const AlignmentInputs& inputs, const Epochs& epochs, const AlignmentSpec& spec,
                     const CancelCheck& is_cancelled);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_INPUT_CHECKS_H_
