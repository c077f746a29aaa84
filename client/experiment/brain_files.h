#ifndef BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"

namespace brainalign {

// The brain's side of the experiment in `dir` (see LoadExperiment): epochs or
// the continuous recording, times, onsets and groups. Appends to `notes` what was
// left aside.
absl::StatusOr<BrainInput> ReadBrain(const std::string& dir, std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_BRAIN_FILES_H_
