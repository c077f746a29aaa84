#ifndef BRAINALIGN_CLIENT_CLI_EXPERIMENT_NAMES_H_
#define BRAINALIGN_CLIENT_CLI_EXPERIMENT_NAMES_H_

#include <string>

#include "client/experiment/experiment.h"
#include "client/naming/typed_names.h"

namespace brainalign {

// The names in messages of the layers of the experiment in `directory`.
ExperimentNames NamesOf(const Experiment& experiment, const std::string& directory);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_EXPERIMENT_NAMES_H_
