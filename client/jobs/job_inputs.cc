#include "client/jobs/job_inputs.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/jobs/brain_tensors.h"
#include "client/tensors/digest.h"

namespace brainalign {

std::vector<TensorToUpload> TensorsOf(const Experiment& experiment) {
  const BrainInput& brain = experiment.inputs.brain;
  std::vector<TensorToUpload> tensors;
  if (brain.is_continuous() || brain.epochs.rank() != 0) tensors = TensorsOf(brain);
  if (experiment.inputs.nuisance.rank() != 0) {
    tensors.push_back({.name = "nuisance", .tensor = experiment.inputs.nuisance});
  }
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

absl::StatusOr<std::vector<JobInput>> HashInputs(const Experiment& experiment,
                                                 const std::stop_token& stop) {
  std::vector<JobInput> inputs;
  for (TensorToUpload& t : TensorsOf(experiment)) {
    absl::StatusOr<std::string> digest = Sha256OfData(t.tensor, nullptr, stop);
    if (!digest.ok()) return digest.status();
    inputs.push_back({std::move(t.name), *std::move(digest), t.tensor.spec()});
  }
  return inputs;
}

}  // namespace brainalign
