#ifndef BRAINALIGN_CORE_ALIGN_BRAIN_KEY_H_
#define BRAINALIGN_CORE_ALIGN_BRAIN_KEY_H_

#include <string>

#include "core/align/planned_alignment.h"

namespace brainalign {

// The key of BrainCache: everything that a BrainSide depends on, except the time sample, as bytes.
// If the keys of two alignments are equal, the bits of their brain sides are equal. `form`: the
// type of the sides and their precision. Requires a digest of the recording.
std::string BrainKey(const AlignmentProblem& problem, const std::string& form);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_KEY_H_
