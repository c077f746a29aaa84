// Onsets that count from the start of each session, where they must count from that of the
// recording.
#ifndef BRAINALIGN_CORE_PROBLEM_SESSION_CLOCKS_H_
#define BRAINALIGN_CORE_PROBLEM_SESSION_CLOCKS_H_

#include <string>

#include "core/problem/inputs.h"

namespace brainalign {

// If the onsets of a continuous recording begin anew, as if each session had a clock of its own: a
// clause with the word at which they first do, and what to do. Else empty. Sessions, or else
// groups, where given, must change there.
std::string DescribeRestart(const BrainInput& brain);

// The same for a recording with the starts of its sessions, if the onsets count from these: they
// begin anew at most as often as sessions begin, and each time end within the length of one.
// Requires starts that ascend from 0.
std::string DescribeOnsetsFromStarts(const BrainInput& brain);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_SESSION_CLOCKS_H_
