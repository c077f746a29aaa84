#ifndef BRAINALIGN_CLIENT_EXPERIMENT_LAYER_ORDER_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_LAYER_ORDER_H_

#include <vector>

#include "core/tensor/format/safetensors.h"

namespace brainalign {

// Puts layers into the order of the numbers in their names, so that "layer.10"
// comes after "layer.9", if every name has one. Otherwise, and among names with
// the same numbers, the order stays.
void OrderLayers(std::vector<NamedTensor>& layers);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_LAYER_ORDER_H_
