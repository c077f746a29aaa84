#include "core/problem/segments.h"

#include <algorithm>
#include <map>

namespace brainalign {
namespace {

constexpr int kTest = -1;

// Part of fold `fold` that each word belongs to: kTest, or the index of its part
// of the training words. A purged word goes with the next training word, and is
// removed again from that part's sums.
std::vector<int> PartOfWord(const OuterFold& fold, std::int32_t words) {
  std::vector<int> part(static_cast<std::size_t>(words), 0);
  for (std::size_t j = 0; j < fold.inner.size(); ++j) {
    for (std::int32_t word : fold.inner[j].held) {
      part[static_cast<std::size_t>(word)] = static_cast<int>(j);
    }
  }
  for (std::int32_t word : fold.purged) {
    const auto next = std::lower_bound(fold.train.begin(), fold.train.end(), word);
    const std::int32_t neighbour = next == fold.train.end() ? fold.train.back() : *next;
    part[static_cast<std::size_t>(word)] = part[static_cast<std::size_t>(neighbour)];
  }
  for (std::int32_t word : fold.test) part[static_cast<std::size_t>(word)] = kTest;
  return part;
}

void SetRanges(const Segments& segments, WordSet& set) {
  for (int s : set.segments) {
    const std::int32_t begin = segments.begin[static_cast<std::size_t>(s)];
    const std::int32_t end = segments.begin[static_cast<std::size_t>(s) + 1];
    set.count += end - begin;
    if (!set.ranges.empty() && set.ranges.back().second == begin) {
      set.ranges.back().second = end;
    } else {
      set.ranges.emplace_back(begin, end);
    }
  }
  set.count -= static_cast<std::int64_t>(set.removed.size());
}

}  // namespace

Segments MakeSegments(const std::vector<OuterFold>& folds, std::int32_t words) {
  std::vector<std::vector<int>> part;  // (fold, word)
  for (const OuterFold& fold : folds) part.push_back(PartOfWord(fold, words));

  // A segment is a set of words that plays the same part in every fold.
  std::map<std::vector<int>, std::size_t> segment_of_parts;
  std::vector<std::vector<std::int32_t>> members;
  std::vector<std::vector<int>> parts_of_segment;
  for (std::int32_t word = 0; word < words; ++word) {
    std::vector<int> parts;
    for (const std::vector<int>& of_word : part) {
      parts.push_back(of_word[static_cast<std::size_t>(word)]);
    }
    const auto [entry, is_new] = segment_of_parts.emplace(parts, members.size());
    if (is_new) {
      members.emplace_back();
      parts_of_segment.push_back(parts);
    }
    members[entry->second].push_back(word);
  }

  Segments segments;
  std::vector<std::int32_t> position(static_cast<std::size_t>(words));
  segments.begin.push_back(0);
  for (const std::vector<std::int32_t>& of_segment : members) {
    for (std::int32_t word : of_segment) {
      position[static_cast<std::size_t>(word)] = static_cast<std::int32_t>(segments.word.size());
      segments.word.push_back(word);
    }
    segments.begin.push_back(static_cast<std::int32_t>(segments.word.size()));
  }

  const auto positions_of = [&](const Words& chosen) {
    std::vector<std::int32_t> positions;
    for (std::int32_t word : chosen) positions.push_back(position[static_cast<std::size_t>(word)]);
    std::sort(positions.begin(), positions.end());
    return positions;
  };
  for (std::size_t k = 0; k < folds.size(); ++k) {
    FoldSets sets;
    sets.parts.resize(std::max<std::size_t>(1, folds[k].inner.size()));
    for (std::size_t s = 0; s < members.size(); ++s) {
      const int p = parts_of_segment[s][k];
      WordSet& set = p == kTest ? sets.test : sets.parts[static_cast<std::size_t>(p)];
      set.segments.push_back(static_cast<int>(s));
    }
    for (std::int32_t word : folds[k].purged) {
      const int p = part[k][static_cast<std::size_t>(word)];
      sets.parts[static_cast<std::size_t>(p)].removed.push_back(
          position[static_cast<std::size_t>(word)]);
    }
    SetRanges(segments, sets.test);
    for (WordSet& set : sets.parts) {
      std::sort(set.removed.begin(), set.removed.end());
      SetRanges(segments, set);
      sets.train_count += set.count;
    }
    for (std::size_t j = 0; j < folds[k].inner.size(); ++j) {
      sets.purged.push_back(positions_of(folds[k].inner[j].purged));
      sets.kept_count.push_back(sets.train_count - sets.parts[j].count -
                                static_cast<std::int64_t>(sets.purged[j].size()));
    }
    segments.folds.push_back(std::move(sets));
  }
  return segments;
}

Segments WithoutInnerFolds(const Segments& segments) {
  // (segment, fold) whether the fold tests the segment's words
  std::vector<std::vector<bool>> tested(static_cast<std::size_t>(segments.count()),
                                        std::vector<bool>(segments.folds.size()));
  for (std::size_t k = 0; k < segments.folds.size(); ++k) {
    for (int s : segments.folds[k].test.segments) tested[static_cast<std::size_t>(s)][k] = true;
  }
  Segments outer;
  outer.word = segments.word;
  std::vector<std::vector<bool>> tested_outer;
  for (std::size_t s = 0; s < tested.size(); ++s) {
    if (s > 0 && tested[s] == tested[s - 1]) continue;
    tested_outer.push_back(tested[s]);
    outer.begin.push_back(segments.begin[s]);
  }
  outer.begin.push_back(segments.words());
  for (std::size_t k = 0; k < segments.folds.size(); ++k) {
    FoldSets sets;
    sets.parts.resize(1);
    for (std::size_t s = 0; s < tested_outer.size(); ++s) {
      WordSet& set = tested_outer[s][k] ? sets.test : sets.parts.front();
      set.segments.push_back(static_cast<int>(s));
    }
    for (const WordSet& part : segments.folds[k].parts) {
      std::vector<std::int32_t>& removed = sets.parts.front().removed;
      removed.insert(removed.end(), part.removed.begin(), part.removed.end());
    }
    std::sort(sets.parts.front().removed.begin(), sets.parts.front().removed.end());
    SetRanges(outer, sets.test);
    SetRanges(outer, sets.parts.front());
    sets.train_count = sets.parts.front().count;
    outer.folds.push_back(std::move(sets));
  }
  return outer;
}

std::vector<std::int32_t> Positions(const Segments& segments, const WordSet& set) {
  std::vector<std::int32_t> positions;
  for (int s : set.segments) {
    for (std::int32_t p = segments.begin[static_cast<std::size_t>(s)];
         p < segments.begin[static_cast<std::size_t>(s) + 1]; ++p) {
      if (!std::binary_search(set.removed.begin(), set.removed.end(), p)) positions.push_back(p);
    }
  }
  return positions;
}

std::vector<std::int32_t> TrainPositions(const Segments& segments, const FoldSets& sets) {
  std::vector<std::int32_t> train;
  for (const WordSet& part : sets.parts) {
    const std::vector<std::int32_t> positions = Positions(segments, part);
    train.insert(train.end(), positions.begin(), positions.end());
  }
  return train;
}

}  // namespace brainalign
