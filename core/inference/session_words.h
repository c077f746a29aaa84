#ifndef BRAINALIGN_CORE_INFERENCE_SESSION_WORDS_H_
#define BRAINALIGN_CORE_INFERENCE_SESSION_WORDS_H_

#include <cstdint>
#include <vector>

#include "core/problem/folds.h"

namespace brainalign {

// The words of each session, sessions in ascending order of their number. `sessions` (w); empty:
// all `words` are in one session.
std::vector<Words> WordsOfSessions(const std::vector<std::int64_t>& sessions, std::int32_t words);

// The median distance between the onsets of neighbouring words, in seconds. A step from one session
// to the next counts as very long. Where the median is 0, as with several words at each onset, the
// mean inside sessions. 0.3 without onsets, and where the mean is not positive either.
// `onsets_seconds` (w) or empty.
double WordGapSeconds(const std::vector<double>& onsets_seconds,
                      const std::vector<std::int64_t>& sessions);

// A number that is the same for two alignments of the same words: as many, with the same session
// and onset each, tested in the same folds. `sessions` and `onsets_seconds` (w) or empty,
// `test_words` of each fold. Never 0.
std::uint64_t FingerprintOfWords(const std::vector<std::int64_t>& sessions,
                                 const std::vector<double>& onsets_seconds,
                                 const std::vector<Words>& test_words);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_SESSION_WORDS_H_
