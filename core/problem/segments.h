#ifndef BRAINALIGN_CORE_PROBLEM_SEGMENTS_H_
#define BRAINALIGN_CORE_PROBLEM_SEGMENTS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/problem/folds.h"

namespace brainalign {

// A set of words as whole segments less a few words. The sums over the set are the sums over its
// segments less those over the removed words.
struct WordSet {
  std::vector<int> segments;          // ascending
  std::vector<std::int32_t> removed;  // positions inside those segments
  std::int64_t count = 0;             // words in the set

  // Ranges [begin, end) of neighbouring positions that the segments cover.
  std::vector<std::pair<std::int32_t, std::int32_t>> ranges;
};

// One outer fold in terms of segments.
struct FoldSets {
  WordSet test;
  // Partition of the training words: the words that each inner fold holds out, or all training
  // words as one part if there are no inner folds.
  std::vector<WordSet> parts;
  std::int64_t train_count = 0;
  // For inner fold j: positions of the training words that its purge removes, and the number of
  // words that it fits on (training words less parts[j] less these).
  std::vector<std::vector<std::int32_t>> purged;
  std::vector<std::int64_t> kept_count;
};

// The words in an order in which every set of every fold is a union of segments of neighbouring
// words, except for the few words that a purge removes. So one pass over the segments yields the
// sums of all folds (docs/method.md, "How it is computed"). A position is the index of a word in
// this order.
struct Segments {
  std::vector<std::int32_t> word;   // (n) the kept word at each position
  std::vector<std::int32_t> begin;  // (segments + 1) positions
  std::vector<FoldSets> folds;

  int count() const { return static_cast<int>(begin.size()) - 1; }
  std::int32_t words() const { return begin.back(); }
};

// The segments of `folds` over `words` words. Every word must be in one test set.
Segments MakeSegments(const std::vector<OuterFold>& folds, std::int32_t words);

// The same positions and outer folds, as if no alphas were chosen by inner folds. Segments that no
// outer fold distinguishes are merged.
Segments WithoutInnerFolds(const Segments& segments);

// Positions of a set's words, ascending.
std::vector<std::int32_t> Positions(const Segments& segments, const WordSet& set);

// Positions of a fold's training words, part by part.
std::vector<std::int32_t> TrainPositions(const Segments& segments, const FoldSets& sets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_SEGMENTS_H_
