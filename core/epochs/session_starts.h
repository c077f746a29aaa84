// Sessions of a continuous recording, by the samples at which they begin (docs/method.md,
// "Epochs").
#ifndef BRAINALIGN_CORE_EPOCHS_SESSION_STARTS_H_
#define BRAINALIGN_CORE_EPOCHS_SESSION_STARTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace brainalign {

// A clause for starts that do not ascend from 0 within a recording of `samples` samples; else
// empty.
std::string DescribeBadStarts(const std::vector<std::int64_t>& starts, std::int64_t samples);

// The number, from 0, of the part of a recording in which `sample` lies. A part begins at each of
// `starts`, which ascend from 0.
std::int64_t PartOfSample(const std::vector<std::int64_t>& starts, std::int64_t sample);

// (w) The part of each word: that of its session, where `sessions` (w) are given, else that in
// which its onset lies. A session lies in the part of its first word whose onset is not next to a
// start: there, rounding can move an onset to the other side. `onset_samples` (w): -1 outside the
// recording; such a word has no influence.
std::vector<std::int64_t> PartsOfWords(const std::vector<std::int64_t>& starts,
                                       const std::vector<std::int64_t>& sessions,
                                       const std::vector<std::int64_t>& onset_samples);

// A word whose session begins in another part than that of its own onset, and the first word of
// this session; nothing if there is none. Onsets next to a start may lie on either side.
std::optional<std::pair<std::size_t, std::size_t>> WordInAnotherPart(
    const std::vector<std::int64_t>& starts, const std::vector<std::int64_t>& sessions,
    const std::vector<std::int64_t>& onset_samples);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_EPOCHS_SESSION_STARTS_H_
