#include "core/problem/sessions.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

#include "absl/strings/str_cat.h"
#include "core/epochs/session_starts.h"

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

// Sample of the onset of each word; -1 outside the recording.
std::vector<std::int64_t> OnsetSamples(const BrainInput& brain) {
  std::vector<std::int64_t> samples;
  samples.reserve(brain.onsets_seconds.size());
  for (const double onset : brain.onsets_seconds) {
    const double sample = std::nearbyint(onset * brain.sfreq_hz);
    const bool is_inside = sample >= 0 && sample < static_cast<double>(brain.continuous.dim(1));
    samples.push_back(is_inside ? static_cast<std::int64_t>(sample) : -1);
  }
  return samples;
}

}  // namespace

Epochs EpochsOf(const BrainInput& brain, const Sessions& sessions) {
  if (!brain.is_continuous()) return Epochs::OfArray(brain.epochs, brain.selected);
  return Epochs::OfRecording(brain.continuous, brain.sfreq_hz, brain.onsets_seconds,
                             brain.times_seconds, sessions.of_word, brain.selected,
                             brain.session_starts);
}

std::vector<std::int64_t> SessionsByStarts(const BrainInput& brain) {
  const double last = static_cast<double>(brain.continuous.dim(1) - 1);
  std::vector<std::int64_t> sessions;
  sessions.reserve(brain.onsets_seconds.size());
  for (const double onset : brain.onsets_seconds) {
    const double sample = std::nearbyint(onset * brain.sfreq_hz);
    // An onset that is no number is refused later.
    const double inside = sample > 0 ? std::min(sample, last) : 0;
    sessions.push_back(PartOfSample(brain.session_starts, static_cast<std::int64_t>(inside)));
  }
  return sessions;
}

std::string DescribeContradictedStarts(const BrainInput& brain) {
  if (brain.sessions.size() != brain.onsets_seconds.size()) return "";
  const auto found = WordInAnotherPart(brain.session_starts, brain.sessions, OnsetSamples(brain));
  if (!found) return "";
  const auto [word, first] = *found;
  return absl::StrCat("word ", word, " (", brain.onsets_seconds[word], " s) is in session ",
                      brain.sessions[word], " as is word ", first, " (",
                      brain.onsets_seconds[first],
                      " s), but a session begins between them; correct the sessions, the starts or "
                      "the onsets");
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
  if (brain.is_continuous() && brain.session_starts.size() > 1) {
    return {.of_word = SessionsByStarts(brain)};
  }
  if (brain.groups.empty()) return {};
  if (brain.is_continuous()) {
    const bool interleave =
        !OverlappingSessions(brain.groups, brain.onsets_seconds, EndSeconds(brain)).empty();
    return interleave ? Sessions{.of_word = {}, .groups_interleave = true}
                      : Sessions{.of_word = brain.groups};
  }
  if (FollowEachOther(brain.groups)) return {.of_word = brain.groups};
  const bool has_onsets = !brain.onsets_seconds.empty();
  if (has_onsets && AreOnOneClock(brain)) return {.of_word = {}, .groups_interleave = true};
  return {.of_word = brain.groups, .groups_alternate = true};
}

}  // namespace brainalign
