#ifndef BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"

namespace brainalign {

// The brain's side of the experiment in `dir` (see LoadExperiment): epochs or
// the continuous recording, times, onsets and groups. Appends to `notes` what was
// left aside. Onsets of a continuous recording may be left to the word table.
absl::StatusOr<BrainInput> ReadBrain(const std::string& dir, std::vector<std::string>& notes);

// NOT_FOUND if `brain` is a continuous recording without onsets.
absl::Status CheckOnsetsAreThere(const std::string& dir, const BrainInput& brain);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
