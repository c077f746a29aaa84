#ifndef BRAINALIGN_SERVER_JOBS_REQUEST_DIGEST_H_
#define BRAINALIGN_SERVER_JOBS_REQUEST_DIGEST_H_

#include <string>

#include "server/jobs/job_types.h"

namespace brainalign {

// Of everything in the request but its id, and what the job keeps as it is (layer_order and
// preparation): the same whether the recording and the model that it names were looked up or not.
std::string BodyDigest(const JobRequest& request);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_REQUEST_DIGEST_H_
