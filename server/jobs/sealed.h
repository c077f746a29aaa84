#ifndef BRAINALIGN_SERVER_JOBS_SEALED_H_
#define BRAINALIGN_SERVER_JOBS_SEALED_H_

#include <string>

#include "absl/status/status.h"
#include "core/align/alignment.h"
#include "server/jobs/job_types.h"

// The checks of a job against a sealed recording of another project. Recordings manages the
// policy's budget.

namespace brainalign {

// If the request names a recording, sets its name, policy and the number of released numbers in the
// job. INVALID_ARGUMENT with the fields if the policy does not allow the options.
absl::Status ApplyPolicy(const JobRequest& request, const AlignmentSpec& resolved, Job& job);

// Whether each fold tests on and trains on as many words as the policy asks for. INVALID_ARGUMENT
// with the field.
absl::Status CheckFoldWords(const JobRequest& request, const Alignment& alignment);

// What the job is to the recording that it scores. Requires request.recording, and that it is
// sealed.
Submission MakeSubmission(const JobRequest& request, const Job& job);

// ComputeCacheKey, or a key of its own where the recording is another project's: with the
// recording's name, so that the same job on a guess of the recording is not answered from it, and
// with the policy, so that an answer never passes by a policy that changed.
std::string CacheKeyOf(const Job& job, const JobSpecification& specification,
                       const AlignmentSpec& resolved);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_SEALED_H_
