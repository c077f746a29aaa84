#ifndef BRAINALIGN_SERVER_ROWS_MODEL_H_
#define BRAINALIGN_SERVER_ROWS_MODEL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/rows/resource.h"
#include "server/rows/specification.h"

namespace brainalign {

// Values are the protocol's.
enum class ModelArchitecture : std::uint8_t { kUnknown, kTransformer, kSsm, kRnn, kBidirectional };

struct ModelLayer {
  int index = 0;  // in the model, from 0
  LayerRef layer;
};

// Activations of a model. Unset: not known.
struct Model : Resource {
  std::string family;
  ModelArchitecture architecture = ModelArchitecture::kUnknown;
  std::optional<std::int64_t> parameters;
  std::optional<std::int64_t> context_words;
  std::optional<bool> trained;
  std::string word_table;  // PROJECT/NAME that it named; empty: none
  std::string word_table_digest;
  std::vector<ModelLayer> layers;  // ascending by index
};

// Words of a layer's activations; 0 if their shape is none.
std::int64_t WordsOf(const LayerRef& layer);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_MODEL_H_
