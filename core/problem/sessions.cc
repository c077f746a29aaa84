#include "core/problem/sessions.h"

#include <algorithm>
#include <cstddef>
#include <set>

namespace brainalign {
namespace {

// Share of the steps from one group to another that may go back in time in one recording, whose
// transcript may have some words out of order. Where each group has a clock of its own, about
// half of them do.
constexpr double kBackwardShare = 0.1;

// Whether the words of each group follow each other without words of other groups between.
bool FollowEachOther(const std::vector<std::int64_t>& groups) {
  std::set<std::int64_t> seen;
  for (std::size_t word = 0; word < groups.size(); ++word) {
    if (word > 0 && groups[word] == groups[word - 1]) continue;
    if (!seen.insert(groups[word]).second) return false;
  }
  return true;
}

// Whether onsets ascend from one group to the next as they do on one clock.
bool AreOnOneClock(const BrainInput& brain) {
  std::int64_t changes = 0;
  std::int64_t backward = 0;
  for (std::size_t word = 1; word < brain.groups.size(); ++word) {
    if (brain.groups[word] == brain.groups[word - 1]) continue;
    ++changes;
    if (brain.onsets_seconds[word] < brain.onsets_seconds[word - 1]) ++backward;
  }
  return static_cast<double>(backward) <= kBackwardShare * static_cast<double>(changes);
}

double EndSeconds(const BrainInput& brain) {
  return static_cast<double>(brain.continuous.dim(1)) / brain.sfreq_hz;
}

}  // namespace

Epochs EpochsOf(const BrainInput& brain, const Sessions& sessions) {
  if (!brain.is_continuous()) return Epochs::OfArray(brain.epochs, brain.selected);
  return Epochs::OfRecording(brain.continuous, brain.sfreq_hz, brain.onsets_seconds,
                             brain.times_seconds, sessions.of_word, brain.selected);
}

std::vector<std::int64_t> OverlappingSessions(const std::vector<std::int64_t>& sessions,
                                              const std::vector<double>& onsets_seconds,
                                              double end_seconds) {
  std::vector<std::size_t> words;
  for (std::size_t word = 0; word < sessions.size(); ++word) {
    const double onset = onsets_seconds[word];
    if (onset >= 0 && onset < end_seconds) words.push_back(word);
  }
  std::stable_sort(words.begin(), words.end(), [&](std::size_t a, std::size_t b) {
    return onsets_seconds[a] < onsets_seconds[b];
  });
  std::set<std::int64_t> seen;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::int64_t session = sessions[words[i]];
    if (i == 0) {
      seen.insert(session);
      continue;
    }
    const std::int64_t before = sessions[words[i - 1]];
    if (session == before) continue;
    const bool at_once = onsets_seconds[words[i]] == onsets_seconds[words[i - 1]];
    if (!seen.insert(session).second || at_once) return {before, session};
  }
  return {};
}

Sessions SessionsOf(const BrainInput& brain) {
  if (!brain.sessions.empty()) return {.of_word = brain.sessions};
  if (brain.groups.empty()) return {};
  if (brain.is_continuous()) {
    const bool interleave =
        !OverlappingSessions(brain.groups, brain.onsets_seconds, EndSeconds(brain)).empty();
    return interleave ? Sessions{.of_word = {}, .groups_interleave = true}
                      : Sessions{.of_word = brain.groups};
  }
  if (brain.onsets_seconds.empty() || FollowEachOther(brain.groups)) {
    return {.of_word = brain.groups};
  }
  if (AreOnOneClock(brain)) return {.of_word = {}, .groups_interleave = true};
  return {.of_word = brain.groups, .groups_alternate = true};
}

}  // namespace brainalign
