#ifndef BRAINALIGN_CLIENT_JOBS_CHECK_LIMITS_H_
#define BRAINALIGN_CLIENT_JOBS_CHECK_LIMITS_H_

#include "absl/status/status.h"
#include "client/connection/server_info.h"
#include "client/experiment/experiment.h"
#include "core/problem/spec.h"

namespace brainalign {

// Whether the server takes an experiment of so many layers, words and times.
// INVALID_ARGUMENT says what is too much. What the server did not state is not checked.
absl::Status CheckSize(const ServerInfo& server, const Experiment& experiment);

// The same, and whether it takes a job with these options on it: for before anything is uploaded.
absl::Status CheckLimits(const ServerInfo& server, const Experiment& experiment,
                         const AlignmentOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_CHECK_LIMITS_H_
