#ifndef BRAINALIGN_CORE_PROBLEM_SESSIONS_H_
#define BRAINALIGN_CORE_PROBLEM_SESSIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/epochs/epochs.h"
#include "core/problem/inputs.h"

namespace brainalign {

// The sessions of a recording's words: separate stretches of samples (docs/method.md, "Epochs"). No
// epoch reaches from one session into another, and onsets of different sessions are not compared.
struct Sessions {
  std::vector<std::int64_t> of_word;  // (w) of the words given; empty: all are in one session
  // Whether groups were given that are not sessions, because words of different groups are mixed in
  // one recording.
  bool groups_interleave = false;
  // Whether groups count as sessions although their words alternate. This is so if their onsets do
  // not ascend from one group to the next, as they would in one recording, or if there are none.
  bool groups_alternate = false;
};

// The sessions of `brain`: the given sessions; else those that begin at the given starts, if there
// are two or more (SessionsByStarts); else the groups, if these are separate stretches. In
// a continuous recording they are separate if no onset of one is between two onsets of another. In
// epochs they are separate if the words of each group follow each other. If groups of epochs
// alternate, the onsets decide whether all are on one clock. Requires that groups, sessions and
// onsets are empty or have one entry for each word.
Sessions SessionsOf(const BrainInput& brain);

// (w) The session of each word, from 0, by the start before its onset. An onset outside the
// recording counts as the sample nearest to it. Requires starts that ascend from 0.
std::vector<std::int64_t> SessionsByStarts(const BrainInput& brain);

// A sentence for two words of one session between whose onsets a session begins; else empty.
// Requires starts that ascend from 0.
std::string DescribeContradictedStarts(const BrainInput& brain);

// The epochs of the words of `brain` that are used. `sessions` are its sessions.
Epochs EpochsOf(const BrainInput& brain, const Sessions& sessions);

// Two of `sessions` (w) whose onsets in a continuous recording are mixed; empty if there are none.
// Onsets outside [0, `end_seconds`) are ignored.
std::vector<std::int64_t> OverlappingSessions(const std::vector<std::int64_t>& sessions,
                                              const std::vector<double>& onsets_seconds,
                                              double end_seconds);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_SESSIONS_H_
