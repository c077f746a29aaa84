// Whether sessions, the samples at which they begin and onsets fit each other.
#ifndef BRAINALIGN_CORE_ALIGN_SESSION_CHECKS_H_
#define BRAINALIGN_CORE_ALIGN_SESSION_CHECKS_H_

#include <vector>

#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// Rejects sessions that overlap in a continuous recording, starts of sessions that are no places in
// it or contradict sessions, and onsets that count from the start of each session. Appends at most
// one problem. Requires finite onsets, and as many sessions as words, or none.
void CheckSessions(const BrainInput& brain, std::vector<FieldProblem>& problems);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SESSION_CHECKS_H_
