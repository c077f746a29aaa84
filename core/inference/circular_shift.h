#ifndef BRAINALIGN_CORE_INFERENCE_CIRCULAR_SHIFT_H_
#define BRAINALIGN_CORE_INFERENCE_CIRCULAR_SHIFT_H_

#include <cstdint>
#include <vector>

#include "core/problem/folds.h"

namespace brainalign {

// Circular shifts of words inside sessions (docs/uncertainty.md, "The null of no relation").

// The words of one epoch: ceil(epoch_seconds / gap_seconds), at least 1.
int MinShiftWords(double epoch_seconds, double gap_seconds);

// (w) In null `null`, word i of the brain meets the activations of word result[i]. In a session of
// N words, in word order, word i meets word (i + o) mod N. o is uniform on {m, .., N - m}, where
// m = max(1, min(min_shift_words, floor(N / 20))). A session of one word stays as it is. `words`
// are the sessions of WordsOfSessions, which hold every word from 0 on once.
std::vector<std::int32_t> ShiftedWords(const std::vector<Words>& words, int min_shift_words,
                                       std::uint64_t seed, std::uint64_t null);

// How many nulls differ from each other, at most `nulls`. With one session of N words there are
// only N - 2 m + 1 offsets (0 for one word). With several sessions the number is not limited.
int DifferentNulls(const std::vector<Words>& words, int min_shift_words, int nulls);

// Below this many words in a session, p values are slightly too small (docs/uncertainty.md).
constexpr std::size_t kShortSessionWords = 50;
// The number of words in sessions of fewer than kShortSessionWords words.
std::int64_t WordsInShortSessions(const std::vector<Words>& words);
// How many sessions those are.
int ShortSessions(const std::vector<Words>& words);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_CIRCULAR_SHIFT_H_
