#ifndef BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/experiment/experiment.h"
#include "core/problem/inputs.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// Reads the brain's side of the experiment in `dir` (see LoadExperiment): epochs or the continuous
// recording, times, onsets, groups, and starts of sessions, which are not checked. Appends ignored
// files to its notes. The word table may give the onsets of a continuous recording instead. Returns
// what is left for JoinSessions; empty if there are no folders of sessions.
absl::StatusOr<std::vector<Tensor>> ReadBrain(const std::string& dir, Experiment& experiment);

// NOT_FOUND if `brain` is a continuous recording without onsets.
absl::Status CheckOnsetsAreThere(const std::string& dir, const BrainInput& brain);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
