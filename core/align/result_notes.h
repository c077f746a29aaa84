#ifndef BRAINALIGN_CORE_ALIGN_RESULT_NOTES_H_
#define BRAINALIGN_CORE_ALIGN_RESULT_NOTES_H_

#include "core/align/result.h"

namespace brainalign {

// Computes what is read off the arrays of `result`: its readout, and its notes. The notes are those
// on the inputs, then those that depend on all scores: about a temporal score that is undefined
// because all layers peak together, about penalties that were chosen at an end of their grid, and
// about a check that is missing or differs. Needs score, alpha_counts, times_seconds, depth,
// self_check, input.notes, and of spec alphas, selection and window_bounds_seconds. May be called
// again after depth changed.
void ReadOff(AlignmentResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_RESULT_NOTES_H_
