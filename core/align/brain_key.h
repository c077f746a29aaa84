#ifndef BRAINALIGN_CORE_ALIGN_BRAIN_KEY_H_
#define BRAINALIGN_CORE_ALIGN_BRAIN_KEY_H_

#include <string>

#include "core/align/planned_alignment.h"

namespace brainalign {

// Everything but the time sample that a BrainSide depends on, as bytes: two
// alignments whose keys are equal work out the same bits of the brain. `form`: what
// the sides are made as, and their precision. Requires a digest of the recording.
std::string BrainKey(const AlignmentProblem& problem, const std::string& form);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_KEY_H_
