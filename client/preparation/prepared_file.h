#ifndef BRAINALIGN_CLIENT_PREPARATION_PREPARED_FILE_H_
#define BRAINALIGN_CLIENT_PREPARATION_PREPARED_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/experiment/experiment.h"
#include "client/preparation/prepare.h"
#include "core/filtering/recording_filter.h"

namespace brainalign {

// What is to be done to a recording.
struct PlannedPreparation {
  RecordingFilter filter;
  std::vector<std::int64_t> session_starts;  // of the recording, at its own rate
  Preparation preparation;
};

// INVALID_ARGUMENT, with one sentence that says what would be right, if the experiment's recording
// cannot be filtered so.
absl::StatusOr<PlannedPreparation> PlanPreparation(const FilterOptions& options,
                                                   const Experiment& experiment);

// Writes the prepared recording as .npy, which appears as a whole or not at all.
absl::Status WritePreparedFile(const RecordingFilter& filter, const std::string& path,
                               unsigned int permissions, const PreparationRun& run);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_PREPARATION_PREPARED_FILE_H_
