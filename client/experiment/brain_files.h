#ifndef BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"

namespace brainalign {

// The brain's side of the experiment in `dir` (see LoadExperiment): epochs or the continuous
// recording, times, onsets and groups. Appends ignored files to `notes`. The word table may give
// the onsets of a continuous recording instead.
absl::StatusOr<BrainInput> ReadBrain(const std::string& dir, std::vector<std::string>& notes);

// NOT_FOUND if `brain` is a continuous recording without onsets.
absl::Status CheckOnsetsAreThere(const std::string& dir, const BrainInput& brain);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
