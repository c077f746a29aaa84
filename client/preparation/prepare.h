#ifndef BRAINALIGN_CLIENT_PREPARATION_PREPARE_H_
#define BRAINALIGN_CLIENT_PREPARATION_PREPARE_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/credentials/environment.h"
#include "client/experiment/experiment.h"
#include "core/filtering/recording_filter.h"

namespace brainalign {

struct PreparationRun {
  int threads = 1;
  std::int64_t memory_bytes = 0;
  std::stop_token stop = {};
  // Called with what is being done, and how much of how much is done. May be null.
  std::function<void(const char* what, std::int64_t done, std::int64_t all)> on_progress = nullptr;
};

// Where prepared recordings are kept: $XDG_CACHE_HOME/brainalign/prepared, which lies in ~/.cache
// if the variable is not set. Empty if the environment names neither XDG_CACHE_HOME nor HOME.
std::string KeptRecordingsFolder(const Environment& environment);

// Filters and resamples the experiment's recording, which becomes the prepared one, and fills
// Experiment::preparation. Appends notes. The prepared recording is kept in `folder`, under a
// digest of the recording's bytes and of what is asked for; what is kept there already is taken.
// Errors beside those of RecordingFilter and of files: INVALID_ARGUMENT for epochs, and for a
// recording that has been prepared before.
absl::Status PrepareKept(const FilterOptions& options, const std::string& folder,
                         const PreparationRun& run, Experiment& experiment);

// Writes a folder `out`, new or empty, which then holds what the experiment in `dir` holds, with
// the prepared recording in the place of the recording, and preparation.json. Files appear in `out`
// together or not at all. Returns the notes. Errors as above; ALREADY_EXISTS if `out` is there and
// not empty.
absl::StatusOr<std::vector<std::string>> WritePreparedFolder(const std::string& dir,
                                                             const std::string& out,
                                                             const FilterOptions& options,
                                                             const PreparationRun& run);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_PREPARATION_PREPARE_H_
