#include "client/client.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/jobs/brain_tensors.h"
#include "client/jobs/check_limits.h"
#include "client/jobs/job_calls.h"
#include "client/jobs/job_inputs.h"

namespace brainalign {
namespace {

bool HasBrain(const Experiment& experiment) {
  const BrainInput& brain = experiment.inputs.brain;
  return brain.is_continuous() || brain.epochs.rank() != 0;
}

// What AsStored goes by, where a program has made the experiment and not LoadExperiment.
absl::Status CheckLayerSources(const Experiment& experiment) {
  const std::size_t layers = experiment.inputs.layers.size();
  bool is_sound = experiment.layer_sources.size() == layers;
  for (const LayerSource& source : experiment.layer_sources) {
    is_sound = is_sound && source.tensor < experiment.activation_tensors.size();
  }
  if (is_sound) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("layer_sources does not name one of the ", experiment.activation_tensors.size(),
                   " activation_tensors for each of the ", layers,
                   " layers; ExperimentOf makes both from the inputs."));
}

bool HasNuisance(const Experiment& experiment) { return experiment.inputs.nuisance.rank() != 0; }

// `stored` is what became of TensorsOf(experiment), in the same order.
UploadedExperiment AsStored(const Experiment& experiment, std::vector<StoredTensor> stored) {
  UploadedExperiment uploaded;
  if (HasBrain(experiment)) uploaded.brain = BrainFor(experiment.inputs.brain, stored);
  const std::size_t first_layer = stored.size() - experiment.activation_tensors.size();
  if (HasNuisance(experiment)) uploaded.nuisance = stored[first_layer - 1];
  for (std::size_t l = 0; l < experiment.inputs.layers.size(); ++l) {
    const LayerInput& layer = experiment.inputs.layers[l];
    const LayerSource& source = experiment.layer_sources[l];
    uploaded.layers.push_back(RequestedLayer{.activations = stored[first_layer + source.tensor],
                                             .slice = source.slice,
                                             .relative_depth = layer.relative_depth,
                                             .name = layer.name});
  }
  uploaded.layer_order = experiment.layer_order;
  if (HasBrain(experiment) && experiment.preparation) {
    uploaded.preparation = experiment.preparation;
    uploaded.edge_words = EdgeWords(*experiment.preparation, experiment.inputs.brain);
  }
  uploaded.tensors = std::move(stored);
  return uploaded;
}

}  // namespace

absl::StatusOr<Client> Client::Connect(const ClientOptions& options) {
  absl::StatusOr<ConnectionOptions> found = FindServer(options.server, ProcessEnvironment());
  if (!found.ok()) return found.status();
  found->on_retry = options.on_retry;
  found->stop = options.stop;
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(*found);
  if (!connection.ok()) return connection.status();
  return Client(*std::move(connection));
}

absl::StatusOr<UploadedExperiment> Client::Upload(const Experiment& experiment,
                                                  const UploadObserver& on_progress) {
  absl::Status status = CheckLayerSources(experiment);
  if (status.ok()) status = CheckSize(server_info(), experiment);
  if (!status.ok()) return status;
  absl::StatusOr<std::vector<StoredTensor>> stored =
      UploadTensors(*connection_, TensorsOf(experiment), on_progress);
  if (!stored.ok()) return stored.status();
  return AsStored(experiment, *std::move(stored));
}

absl::StatusOr<Job> Client::Submit(const UploadedExperiment& uploaded,
                                   const SubmitOptions& options) {
  return CreateJob(
      *connection_,
      JobRequest{.brain = uploaded.brain,
                 .recording = options.recording,
                 .model = options.model,
                 .layers = uploaded.layers,
                 .nuisance = options.alignment.nuisance.empty() ? std::nullopt : uploaded.nuisance,
                 .word_table_digest = options.word_table_digest,
                 .options = options.alignment,
                 .name = options.name,
                 .layer_order = uploaded.layer_order,
                 .preparation = options.recording.empty() ? uploaded.preparation : std::nullopt,
                 .edge_words = uploaded.edge_words,
                 .skip_cache = options.skip_cache,
                 .priority = options.priority,
                 .request_id = options.request_id});
}

absl::StatusOr<Job> Client::Watch(const std::string& job_id, const WatchCallbacks& callbacks,
                                  std::int64_t after_sequence) {
  return WatchJob(*connection_, job_id, after_sequence, callbacks);
}

absl::StatusOr<JobResult> Client::Fetch(const std::string& job_id) {
  const absl::StatusOr<Job> job = GetJob(*connection_, job_id);
  if (!job.ok()) return job.status();
  absl::StatusOr<JobResult> result = GetJobResult(*connection_, job_id);
  if (!result.ok()) return result;
  result->layer_order = job->layer_order;
  result->preparation = job->preparation;
  result->edge_words = job->edge_words;
  if (job->preparation) {
    result->alignment.notes.push_back(DescribePreparation(*job->preparation, job->edge_words));
    result->reading_notes = job->preparation->notes;
  }
  return result;
}

}  // namespace brainalign
