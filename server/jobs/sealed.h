#ifndef BRAINALIGN_SERVER_JOBS_SEALED_H_
#define BRAINALIGN_SERVER_JOBS_SEALED_H_

#include <string>

#include "absl/status/status.h"
#include "core/align/alignment.h"
#include "server/jobs/job_types.h"

// What a job against a sealed recording of another project has to keep to. The policy's budget is
// looked after by Recordings.

namespace brainalign {

// Puts into a job what it has of the recording that the request names, if it does: name, policy,
// and how many numbers it tells. INVALID_ARGUMENT with the fields if the policy does not allow
// the options.
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
