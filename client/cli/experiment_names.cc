#include "client/cli/experiment_names.h"

#include <filesystem>
#include <system_error>

namespace brainalign {

ExperimentNames NamesOf(const Experiment& experiment, const std::string& directory) {
  ExperimentNames names;
  // Which of the two LoadExperiment reads.
  constexpr char kNpy[] = "activations.npy";
  std::error_code ignored;
  const bool is_npy = std::filesystem::exists(std::filesystem::path(directory) / kNpy, ignored);
  names.activation_file = is_npy ? kNpy : "activations.safetensors";
  for (const LayerInput& layer : experiment.inputs.layers) names.layer_names.push_back(layer.name);
  if (!experiment.session_folders.empty()) {
    const bool is_continuous = experiment.inputs.brain.is_continuous();
    names.recording_files = is_continuous ? "sessions/*/continuous.npy" : "sessions/*/meg.npy";
  }
  return names;
}

}  // namespace brainalign
