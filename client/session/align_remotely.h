#ifndef BRAINALIGN_CLIENT_SESSION_ALIGN_REMOTELY_H_
#define BRAINALIGN_CLIENT_SESSION_ALIGN_REMOTELY_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/experiment/experiment.h"
#include "client/jobs/job.h"
#include "client/jobs/watch.h"
#include "client/tensors/upload.h"
#include "core/problem/spec.h"

namespace brainalign {

struct RemoteAlignmentOptions {
  // PROJECT/NAME of a sealed recording, in the place of the experiment's.
  std::string recording = {};
  AlignmentOptions alignment;
  std::string name;  // of the job, for people
  bool skip_cache = false;
  JobPriority priority = JobPriority::kNormal;
  // The same id creates one job, however often it is sent. Empty: a new UUID.
  std::string request_id = {};
};

// What happens on the way; each may be null.
struct RemoteAlignmentCallbacks {
  UploadObserver on_upload;           // from one thread at a time
  std::function<void()> on_uploaded;  // everything is there
  std::function<void(const Job&)> on_created;
  WatchCallbacks watch;
};

struct RemoteAlignment {
  Job job;                          // in its last state
  std::optional<JobResult> result;  // if it succeeded
};

// Uploads what the server lacks of an experiment and creates the job. Errors are
// those of UploadTensors and CreateJob.
absl::StatusOr<Job> SubmitRemotely(Connection& connection, const Experiment& experiment,
                                   const RemoteAlignmentOptions& options,
                                   const RemoteAlignmentCallbacks& callbacks);

// Submits, follows the job to its end and fetches its result. A job that fails
// or is cancelled is no error of this function: see RemoteAlignment::job.
absl::StatusOr<RemoteAlignment> AlignRemotely(Connection& connection, const Experiment& experiment,
                                              const RemoteAlignmentOptions& options,
                                              const RemoteAlignmentCallbacks& callbacks);

// Uploads the recording alone.
absl::StatusOr<RequestedBrain> UploadBrain(Connection& connection, const Experiment& experiment,
                                           const UploadObserver& on_upload);

// The experiment's tensors, as UploadTensors takes them.
std::vector<TensorToUpload> TensorsOf(const Experiment& experiment);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SESSION_ALIGN_REMOTELY_H_
