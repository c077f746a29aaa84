#include "core/inference/circular_shift.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/inference/random_draws.h"

namespace brainalign {
namespace {

constexpr std::uint64_t kShiftStream = 1;

struct Offsets {
  std::int64_t first = 0;
  std::int64_t count = 0;
};

Offsets OffsetsOf(std::size_t session_words, int min_shift_words) {
  const auto n = static_cast<std::int64_t>(session_words);
  // A twentieth at either end: never more than a tenth of the offsets is left out.
  const std::int64_t first =
      std::max<std::int64_t>(1, std::min<std::int64_t>(min_shift_words, n / 20));
  return {first, std::max<std::int64_t>(0, n - 2 * first + 1)};
}

}  // namespace

int MinShiftWords(double epoch_seconds, double gap_seconds) {
  constexpr double kMostWords = 1e9;
  return static_cast<int>(std::clamp(std::ceil(epoch_seconds / gap_seconds), 1.0, kMostWords));
}

std::vector<std::int32_t> ShiftedWords(const std::vector<Words>& words, int min_shift_words,
                                       std::uint64_t seed, std::uint64_t null) {
  std::size_t total = 0;
  for (const Words& members : words) total += members.size();
  std::vector<std::int32_t> shifted(total);
  for (std::size_t session = 0; session < words.size(); ++session) {
    const Words& members = words[session];
    const Offsets offsets = OffsetsOf(members.size(), min_shift_words);
    std::size_t offset = 0;
    if (offsets.count > 0) {
      const double uniform = UniformDraw(seed, kShiftStream, null, session);
      offset = static_cast<std::size_t>(
          offsets.first + static_cast<std::int64_t>(uniform * static_cast<double>(offsets.count)));
    }
    for (std::size_t i = 0; i < members.size(); ++i) {
      shifted[static_cast<std::size_t>(members[i])] = members[(i + offset) % members.size()];
    }
  }
  return shifted;
}

int DifferentNulls(const std::vector<Words>& words, int min_shift_words, int nulls) {
  if (words.size() != 1) return nulls;
  const std::int64_t different = OffsetsOf(words[0].size(), min_shift_words).count;
  return static_cast<int>(std::min<std::int64_t>(nulls, different));
}

std::int64_t WordsInShortSessions(const std::vector<Words>& words) {
  std::int64_t count = 0;
  for (const Words& members : words) {
    if (members.size() < kShortSessionWords) count += static_cast<std::int64_t>(members.size());
  }
  return count;
}

int ShortSessions(const std::vector<Words>& words) {
  return static_cast<int>(std::count_if(words.begin(), words.end(), [](const Words& members) {
    return members.size() < kShortSessionWords;
  }));
}

}  // namespace brainalign
