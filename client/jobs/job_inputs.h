#ifndef BRAINALIGN_CLIENT_JOBS_JOB_INPUTS_H_
#define BRAINALIGN_CLIENT_JOBS_JOB_INPUTS_H_

#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/experiment/experiment.h"
#include "client/jobs/job.h"
#include "client/tensors/upload.h"

namespace brainalign {

// What is uploaded for an experiment: the recording and the nuisance, as far as it has any, then
// the activations.
std::vector<TensorToUpload> TensorsOf(const Experiment& experiment);

// The inputs of a job that is computed here. Reads every byte once. CANCELLED if `stop` is
// requested; FAILED_PRECONDITION if a file could not be read.
absl::StatusOr<std::vector<JobInput>> HashInputs(const Experiment& experiment,
                                                 const std::stop_token& stop);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_JOB_INPUTS_H_
