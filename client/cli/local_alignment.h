#ifndef BRAINALIGN_CLIENT_CLI_LOCAL_ALIGNMENT_H_
#define BRAINALIGN_CLIENT_CLI_LOCAL_ALIGNMENT_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "client/cli/job_display.h"
#include "client/connection/server_info.h"
#include "client/jobs/job.h"
#include "core/planning/plan.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// Checks inputs and options as the server would, before anything is sent. Reads the inputs once,
// and adds the facts about them, so that CheckMemory does not read them again.
// Prints the errors, and the file that cannot be read. Returns the exit code; kExitDone if there is
// no error.
int CheckAlignment(const Console& console, AlignmentInputs& inputs,
                   const AlignmentOptions& options);

// Whether the memory that `server` has for jobs suffices for this one, by the plan that the server
// makes. INVALID_ARGUMENT with both sizes if not; CANCELLED on a stop. Not checked: a server of
// another version, whose plans may differ, and inputs that only the server has.
absl::Status CheckMemory(const Console& console, const ServerInfo& server,
                         const AlignmentInputs& inputs, const AlignmentOptions& options);

// Runs an alignment in this process. The result has no job id. Errors:
// INVALID_ARGUMENT for inputs or options, FAILED_PRECONDITION for a file that could not be read,
// RESOURCE_EXHAUSTED where the memory does not
// suffice, CANCELLED on a stop, INTERNAL for a numerical failure.
absl::StatusOr<JobResult> AlignLocally(const AlignmentInputs& inputs,
                                       const AlignmentOptions& options,
                                       const AlignmentResources& resources, const Console& console,
                                       JobDisplay& display);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_LOCAL_ALIGNMENT_H_
