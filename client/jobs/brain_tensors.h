#ifndef BRAINALIGN_CLIENT_JOBS_BRAIN_TENSORS_H_
#define BRAINALIGN_CLIENT_JOBS_BRAIN_TENSORS_H_

#include <vector>

#include "client/jobs/job.h"
#include "client/tensors/upload.h"
#include "core/problem/inputs.h"

namespace brainalign {

// The tensors of a recording, as UploadTensors takes them: the recording itself, then onsets,
// groups, sessions and where these begin, those that it has.
std::vector<TensorToUpload> TensorsOf(const BrainInput& brain);

// The recording as a job names it. `stored` begins with what became of TensorsOf(brain).
RequestedBrain BrainFor(const BrainInput& brain, const std::vector<StoredTensor>& stored);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_BRAIN_TENSORS_H_
