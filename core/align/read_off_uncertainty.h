#ifndef BRAINALIGN_CORE_ALIGN_READ_OFF_UNCERTAINTY_H_
#define BRAINALIGN_CORE_ALIGN_READ_OFF_UNCERTAINTY_H_

#include "core/align/result.h"

namespace brainalign {

// Computes `result.uncertainty` from the scores, the nulls, the influence and the facts of
// `result`. It has no value if it cannot be computed, because a score is not finite for instance.
// If the result has nulls or influence, a note then says why. Needs score, times_seconds, depth and
// uncertainty_facts. Call it after ReadOff, which sets the notes.
void ReadOffUncertainty(AlignmentResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_READ_OFF_UNCERTAINTY_H_
