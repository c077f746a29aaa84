#ifndef BRAINALIGN_CORE_ALIGN_READ_OFF_UNCERTAINTY_H_
#define BRAINALIGN_CORE_ALIGN_READ_OFF_UNCERTAINTY_H_

#include "core/align/result.h"

namespace brainalign {

// Computes `result.uncertainty` from the nulls, the influence and the facts of `result`. It has no
// value for a result without nulls and influence. If it cannot be computed, because a score is not
// finite for instance, a note of the result says why. Needs score, times_seconds, depth and
// uncertainty_facts. Call it after ReadOff, which sets the notes.
void ReadOffUncertainty(AlignmentResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_READ_OFF_UNCERTAINTY_H_
