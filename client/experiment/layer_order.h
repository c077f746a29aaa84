#ifndef BRAINALIGN_CLIENT_EXPERIMENT_LAYER_ORDER_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_LAYER_ORDER_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

struct LayerOrder {
  std::vector<std::size_t> layers;  // indices into the names, from the first layer to the last
  std::string how;                  // origin of the order, as a clause for people
};

// The order that follows from the names. One number in the name gives it. The number can be
// negative, counted from the last layer ("layer_-1"), or a decimal ("depth_0.25"). Embeddings
// without such a number come first, and a final norm last. INVALID_ARGUMENT, with the reason as a
// clause, if the names are ambiguous: two layers with one number, a second number that gives
// another order, a name without a number, a hyphen that may be a minus sign, or both signs.
absl::StatusOr<LayerOrder> OrderByNames(const std::vector<std::string>& names);

// The order of other things that numbers in their names count, such as sessions. A hyphen after a
// letter is no minus sign ("ses-1"), and no name without a number is taken for a first or last one.
absl::StatusOr<LayerOrder> OrderByNumbers(const std::vector<std::string>& names);

// The layers in `listed`, which comes from `source`, in that order; others are left out.
// INVALID_ARGUMENT for a name that is not among `names` or is listed twice.
absl::StatusOr<LayerOrder> OrderByList(const std::vector<std::string>& names,
                                       const std::vector<std::string>& listed,
                                       const std::string& source);

// Of a path the last part.
std::string FileName(const std::string& path);

// The name in quotes, as it goes into messages: names come from foreign files.
std::string QuoteName(const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_LAYER_ORDER_H_
