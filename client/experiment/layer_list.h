#ifndef BRAINALIGN_CLIENT_EXPERIMENT_LAYER_LIST_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_LAYER_LIST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// Names of layers from the first to the last, as a person gave them.
struct LayerList {
  std::vector<std::string> names;  // empty: none were given
  std::string source;              // where, for messages: "--layer-order" or a path
};

// The names in `layer_order` (separated by commas, or a file with one per line), or if it is empty,
// in layers.txt of the folder `dir`, if it exists. Appends ignored files to `notes`.
absl::StatusOr<LayerList> ReadLayerList(const std::string& dir, const std::string& layer_order,
                                        std::vector<std::string>& notes);

// INVALID_ARGUMENT if the list comes from --layer-order, and one of its names looks like the path
// of a file: where names are given to layers that have none, a misspelt path would become one.
absl::Status CheckNoPath(const LayerList& list);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_LAYER_LIST_H_
