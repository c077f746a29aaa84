#include "server/record/specification.h"

#include <set>

namespace brainalign {

std::vector<std::string> InputDigests(const JobSpecification& specification) {
  std::set<std::string> digests;
  if (specification.brain.epochs) digests.insert(specification.brain.epochs->digest);
  if (specification.brain.continuous) digests.insert(specification.brain.continuous->digest);
  for (const LayerRef& layer : specification.layers) digests.insert(layer.activations.digest);
  return {digests.begin(), digests.end()};
}

}  // namespace brainalign
