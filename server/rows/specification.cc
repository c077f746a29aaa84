#include "server/rows/specification.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace brainalign {

std::vector<BrainTensor> TensorsOf(const BrainRef& brain) {
  std::vector<BrainTensor> tensors;
  const auto add = [&](const char* field, const std::optional<TensorRef>& ref) {
    if (!ref) return;
    const bool is_new = std::none_of(tensors.begin(), tensors.end(), [&](const BrainTensor& one) {
      return one.ref.digest == ref->digest;
    });
    if (is_new) tensors.push_back({field, *ref});
  };
  add("epochs", brain.epochs);
  add("continuous", brain.continuous);
  add("onsets_seconds", brain.onsets_seconds);
  add("groups", brain.groups);
  add("sessions", brain.sessions);
  add("session_starts", brain.session_starts);
  return tensors;
}

JobLayers LayersOf(const JobSpecification& specification) {
  JobLayers layers;
  for (const LayerRef& layer : specification.layers) {
    layers.names.push_back(layer.name);
    layers.relative_depth.push_back(layer.relative_depth);
  }
  return layers;
}

void TakeLayers(const JobLayers& layers, JobSpecification& specification) {
  for (std::size_t l = 0; l < specification.layers.size() && l < layers.names.size(); ++l) {
    specification.layers[l].name = layers.names[l];
    specification.layers[l].relative_depth = layers.relative_depth[l];
  }
}

std::vector<std::string> InputDigests(const JobSpecification& specification) {
  std::set<std::string> digests;
  for (const BrainTensor& tensor : TensorsOf(specification.brain)) {
    digests.insert(tensor.ref.digest);
  }
  for (const LayerRef& layer : specification.layers) digests.insert(layer.activations.digest);
  if (specification.nuisance) digests.insert(specification.nuisance->digest);
  for (const WordColumn& column : specification.condition_columns) {
    digests.insert(column.values.digest);
  }
  return {digests.begin(), digests.end()};
}

}  // namespace brainalign
