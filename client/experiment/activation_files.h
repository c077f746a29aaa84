#ifndef BRAINALIGN_CLIENT_EXPERIMENT_ACTIVATION_FILES_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_ACTIVATION_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "client/experiment/experiment.h"

namespace brainalign {

// Reads activations.npy or activations.safetensors of `dir` (see LoadExperiment) into the
// experiment's activation_tensors, layer_sources and inputs.layers, with names but without depths,
// and sets the origin of their order. At least one layer if OK.
absl::Status ReadActivations(const std::string& dir, const std::string& layer_order,
                             Experiment& experiment);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_ACTIVATION_FILES_H_
