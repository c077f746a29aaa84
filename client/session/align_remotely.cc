#include "client/session/align_remotely.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/jobs/job_calls.h"

namespace brainalign {
namespace {

TensorToUpload BrainTensorOf(const BrainInput& brain) {
  return brain.is_continuous() ? TensorToUpload{.name = "recording", .tensor = brain.continuous}
                               : TensorToUpload{.name = "epochs", .tensor = brain.epochs};
}

bool HasBrain(const Experiment& experiment) {
  return !experiment.inputs.brain.times_seconds.empty();
}

RequestedBrain BrainFor(const BrainInput& brain, const StoredTensor& stored) {
  return RequestedBrain{.tensor = stored,
                        .is_continuous = brain.is_continuous(),
                        .sfreq_hz = brain.sfreq_hz,
                        .onsets_seconds = brain.onsets_seconds,
                        .times_seconds = brain.times_seconds,
                        .groups = brain.groups};
}

// `stored` is what became of TensorsOf(experiment), in the same order.
JobRequest RequestFor(const Experiment& experiment, const std::vector<StoredTensor>& stored,
                      const RemoteAlignmentOptions& options) {
  JobRequest request;
  request.recording = options.recording;
  const std::size_t first_layer = HasBrain(experiment) ? 1 : 0;
  if (HasBrain(experiment)) request.brain = BrainFor(experiment.inputs.brain, stored[0]);
  for (std::size_t l = 0; l < experiment.inputs.layers.size(); ++l) {
    const LayerInput& layer = experiment.inputs.layers[l];
    const LayerSource& source = experiment.layer_sources[l];
    request.layers.push_back(RequestedLayer{.activations = stored[first_layer + source.tensor],
                                            .slice = source.slice,
                                            .relative_depth = layer.relative_depth,
                                            .name = layer.name});
  }
  request.options = options.alignment;
  request.name = options.name;
  request.skip_cache = options.skip_cache;
  request.priority = options.priority;
  request.request_id = options.request_id;
  return request;
}

}  // namespace

std::vector<TensorToUpload> TensorsOf(const Experiment& experiment) {
  std::vector<TensorToUpload> tensors;
  if (HasBrain(experiment)) tensors.push_back(BrainTensorOf(experiment.inputs.brain));
  for (std::size_t i = 0; i < experiment.activation_tensors.size(); ++i) {
    std::string name = "activations";
    for (std::size_t l = 0; l < experiment.layer_sources.size(); ++l) {
      const bool alone = experiment.activation_tensors[i].rank() == 2;
      if (alone && experiment.layer_sources[l].tensor == i) {
        absl::StrAppend(&name, " of ", experiment.inputs.layers[l].name);
      }
    }
    tensors.push_back(
        TensorToUpload{.name = std::move(name), .tensor = experiment.activation_tensors[i]});
  }
  return tensors;
}

absl::StatusOr<RequestedBrain> UploadBrain(Connection& connection, const Experiment& experiment,
                                           const UploadObserver& on_upload) {
  const BrainInput& brain = experiment.inputs.brain;
  absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(connection, {BrainTensorOf(brain)}, on_upload);
  if (!stored.ok()) return stored.status();
  return BrainFor(brain, stored->front());
}

absl::StatusOr<Job> SubmitRemotely(Connection& connection, const Experiment& experiment,
                                   const RemoteAlignmentOptions& options,
                                   const RemoteAlignmentCallbacks& callbacks) {
  absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(connection, TensorsOf(experiment), callbacks.on_upload);
  if (!stored.ok()) return stored.status();
  if (callbacks.on_uploaded) callbacks.on_uploaded();
  absl::StatusOr<Job> job = CreateJob(connection, RequestFor(experiment, *stored, options));
  if (job.ok() && callbacks.on_created) callbacks.on_created(*job);
  return job;
}

absl::StatusOr<RemoteAlignment> AlignRemotely(Connection& connection, const Experiment& experiment,
                                              const RemoteAlignmentOptions& options,
                                              const RemoteAlignmentCallbacks& callbacks) {
  const absl::StatusOr<Job> job = SubmitRemotely(connection, experiment, options, callbacks);
  if (!job.ok()) return job.status();
  absl::StatusOr<Job> ended =
      WatchJob(connection, job->job_id, /*after_sequence=*/0, callbacks.watch);
  if (!ended.ok()) return ended.status();
  RemoteAlignment done{.job = *std::move(ended), .result = std::nullopt};
  if (done.job.state != JobState::kSucceeded) return done;
  absl::StatusOr<JobResult> result = GetJobResult(connection, done.job.job_id);
  if (!result.ok()) return result.status();
  done.result = *std::move(result);
  return done;
}

}  // namespace brainalign
