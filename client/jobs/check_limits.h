#ifndef BRAINALIGN_CLIENT_JOBS_CHECK_LIMITS_H_
#define BRAINALIGN_CLIENT_JOBS_CHECK_LIMITS_H_

#include <string>

#include "absl/status/status.h"
#include "client/connection/server_info.h"
#include "client/experiment/experiment.h"
#include "core/problem/spec.h"

namespace brainalign {

// Whether the server's limits allow as many layers, words and times as the experiment has.
// INVALID_ARGUMENT, with the limit that is exceeded. A limit that the server did not report is not
// checked.
absl::Status CheckSize(const ServerInfo& server, const Experiment& experiment);

// The same for a job with these options. Call it before uploading.
absl::Status CheckLimits(const ServerInfo& server, const Experiment& experiment,
                         const AlignmentOptions& options);

// Whether the server takes a job's name: its length, and no control characters. INVALID_ARGUMENT,
// as above.
absl::Status CheckJobName(const ServerInfo& server, const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_CHECK_LIMITS_H_
