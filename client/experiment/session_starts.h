#ifndef BRAINALIGN_CLIENT_EXPERIMENT_SESSION_STARTS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_SESSION_STARTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/problem/inputs.h"

namespace brainalign {

// Checks the starts (samples) of a continuous recording, and adds the session of each word by its
// onset, unless sessions are given or there are fewer than `least_starts`. INVALID_ARGUMENT,
// beginning with `name`, where the starts come from, if they do not ascend from 0 within the
// recording, or if the sessions or onsets of `brain` contradict them.
absl::Status JoinSessionStarts(const std::string& name, std::size_t least_starts,
                               BrainInput& brain);

// (w) The onsets of a continuous recording as seconds from the start of each word's session; empty
// without starts.
std::vector<double> OnsetsFromStarts(const BrainInput& brain);

// Where the sessions of a recording begin for which no starts are given: {0} for a single one, else
// midway between the last word of one and the first of the next, with a note.
// INVALID_ARGUMENT if words of two sessions are mixed.
absl::StatusOr<std::vector<std::int64_t>> GuessSessionStarts(const BrainInput& brain,
                                                             std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_SESSION_STARTS_H_
