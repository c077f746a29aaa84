#ifndef BRAINALIGN_CORE_MOMENTS_SET_SUMS_H_
#define BRAINALIGN_CORE_MOMENTS_SET_SUMS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/problem/segments.h"

namespace brainalign {

// One quantity for every set of words that an outer fold needs.
template <typename Value>
struct PerSet {
  Value train;
  Value test;
  std::vector<Value> held;  // by inner fold
  std::vector<Value> kept;
};

// Puts together the sums of every set of one outer fold. `Sums` has Add, Subtract and
// Without, a difference. `of_set(const WordSet&)` gives a set's sums;
// `at(const std::vector<std::int32_t>&)` those of single positions.
template <typename Sums, typename OfSet, typename At>
PerSet<Sums> AssembleSets(const FoldSets& sets, const OfSet& of_set, const At& at) {
  PerSet<Sums> all;
  all.test = of_set(sets.test);
  std::vector<Sums> parts;
  for (const WordSet& part : sets.parts) parts.push_back(of_set(part));
  all.train = parts.front();
  for (std::size_t j = 1; j < parts.size(); ++j) all.train.Add(parts[j]);
  for (const std::vector<std::int32_t>& purged : sets.purged) {
    Sums kept = all.train.Without(parts[all.kept.size()]);
    if (!purged.empty()) kept.Subtract(at(purged));
    all.kept.push_back(std::move(kept));
  }
  if (!sets.purged.empty()) all.held = std::move(parts);
  return all;
}

// of_set for sums that are at hand for each segment.
template <typename Sums, typename At>
Sums AddSegments(const std::vector<Sums>& segment_sums, const WordSet& set, const At& at) {
  Sums sums = segment_sums[static_cast<std::size_t>(set.segments.front())];
  for (std::size_t i = 1; i < set.segments.size(); ++i) {
    sums.Add(segment_sums[static_cast<std::size_t>(set.segments[i])]);
  }
  if (!set.removed.empty()) sums.Subtract(at(set.removed));
  return sums;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_MOMENTS_SET_SUMS_H_
