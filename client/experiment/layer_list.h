#ifndef BRAINALIGN_CLIENT_EXPERIMENT_LAYER_LIST_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_LAYER_LIST_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// Names of layers from the first to the last, as a person gave them.
struct LayerList {
  std::vector<std::string> names;  // empty: none were given
  std::string source;              // where, for messages: "--layer-order" or a path
};

// `layer_order`, names between commas or a file with one a line; where it is empty, layers.txt of
// the folder `dir`, if there is one. Appends to `notes` what was left aside.
absl::StatusOr<LayerList> ReadLayerList(const std::string& dir, const std::string& layer_order,
                                        std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_LAYER_LIST_H_
