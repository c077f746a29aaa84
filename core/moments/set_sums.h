#ifndef BRAINALIGN_CORE_MOMENTS_SET_SUMS_H_
#define BRAINALIGN_CORE_MOMENTS_SET_SUMS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/problem/segments.h"

namespace brainalign {

// One value for every set of words of an outer fold.
template <typename Value>
struct PerSet {
  Value train;                     // all training words
  Value test;                      // the test words
  std::vector<Value> inner_test;   // by inner fold: the training words that it holds out
  std::vector<Value> inner_train;  // by inner fold: the training words that it fits on
};

// The sums over every set of one outer fold. `Sums` has Add, Subtract and Without (a difference).
// `of_set(const WordSet&)` returns the sums over a set, `at(const std::vector<std::int32_t>&)`
// those over some positions.
template <typename Sums, typename OfSet, typename At>
PerSet<Sums> AssembleSets(const FoldSets& sets, const OfSet& of_set, const At& at) {
  PerSet<Sums> all;
  all.test = of_set(sets.test);
  std::vector<Sums> parts;
  for (const WordSet& part : sets.parts) parts.push_back(of_set(part));
  all.train = parts.front();
  for (std::size_t j = 1; j < parts.size(); ++j) all.train.Add(parts[j]);
  for (const std::vector<std::int32_t>& purged : sets.purged) {
    Sums inner_train = all.train.Without(parts[all.inner_train.size()]);
    if (!purged.empty()) inner_train.Subtract(at(purged));
    all.inner_train.push_back(std::move(inner_train));
  }
  if (!sets.purged.empty()) all.inner_test = std::move(parts);
  return all;
}

// The sums over a set, from sums over each segment. `at` as above, for the words that are removed.
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
