#ifndef BRAINALIGN_CLIENT_EXPERIMENT_SESSION_RECORDINGS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_SESSION_RECORDINGS_H_

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/experiment/experiment.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// Reads the sessions of the experiment in `dir` (see LoadExperiment) as one recording: epochs, or
// the continuous recording with its rate, its onsets on one clock, and session_starts. Fills these
// of `experiment.inputs.brain`, and `experiment.session_folders`. The signal has its shape, but no
// data before JoinSessions: joining takes long, and is for what all other files fit. Returns the
// signal of each session. Errors as LoadExperiment.
absl::StatusOr<std::vector<Tensor>> ReadSessionRecordings(const std::string& dir,
                                                          Experiment& experiment);

// Gives the signal of `brain` its data (JoinArrays).
absl::Status JoinSessions(const std::vector<Tensor>& signals, const std::stop_token& stop,
                          BrainInput& brain);

// INVALID_ARGUMENT if a session has a times.npy of its own with other times.
absl::Status CheckTimesOfSessions(const Experiment& experiment);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_SESSION_RECORDINGS_H_
