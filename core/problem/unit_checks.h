// Detects onsets, times and sampling rates in other units than seconds and Hz, and recordings with
// exchanged axes, and guesses what was meant.
#ifndef BRAINALIGN_CORE_PROBLEM_UNIT_CHECKS_H_
#define BRAINALIGN_CORE_PROBLEM_UNIT_CHECKS_H_

#include <string>
#include <vector>

#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// Rejects impossible inputs: most onsets outside the recording, epochs as long as the recording,
// all times on one sample. Appends at most one problem. Requires that CheckShapes found none.
void CheckUnits(const BrainInput& brain, std::vector<FieldProblem>& problems);

// Sentences about inputs that are only improbable. Requires that CheckUnits found no problem.
std::vector<std::string> UnitNotes(const BrainInput& brain);

// The probable meaning of numbers that are implausible as seconds and Hz, as a clause such as "the
// times look like milliseconds (...)". Empty if they are plausible, or if no other meaning is.
std::string DescribeProbableUnits(const BrainInput& brain);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_UNIT_CHECKS_H_
