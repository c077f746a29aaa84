#include "client/experiment/session_starts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/epochs/session_starts.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

constexpr char kStartsFile[] = "session_starts.npy";

// Sample of a word's onset; -1 outside the recording, and for one that is no number.
std::int64_t OnsetSampleOf(const BrainInput& brain, std::size_t word) {
  const double sample = std::nearbyint(brain.onsets_seconds[word] * brain.sfreq_hz);
  const bool is_inside = sample >= 0 && sample < static_cast<double>(brain.continuous.dim(1));
  return is_inside ? static_cast<std::int64_t>(sample) : -1;
}

}  // namespace

absl::Status JoinSessionStarts(const std::string& name, std::size_t least_starts,
                               BrainInput& brain) {
  std::string bad = DescribeBadStarts(brain.session_starts, brain.continuous.dim(1));
  if (!bad.empty()) return absl::InvalidArgumentError(absl::StrCat(name, " ", bad));
  bad = DescribeContradictedStarts(brain);
  if (!bad.empty()) return absl::InvalidArgumentError(absl::StrCat(name, ": ", bad));
  if (brain.sessions.empty() && brain.session_starts.size() >= least_starts) {
    brain.sessions = SessionsByStarts(brain);
  }
  return absl::OkStatus();
}

std::vector<double> OnsetsFromStarts(const BrainInput& brain) {
  const std::vector<std::int64_t>& starts = brain.session_starts;
  std::vector<double> onsets;
  if (starts.empty()) return onsets;
  for (std::size_t word = 0; word < brain.onsets_seconds.size(); ++word) {
    const std::int64_t part = PartOfSample(starts, OnsetSampleOf(brain, word));
    const auto start = static_cast<double>(starts[static_cast<std::size_t>(part)]);
    onsets.push_back(brain.onsets_seconds[word] - start / brain.sfreq_hz);
  }
  return onsets;
}

absl::StatusOr<std::vector<std::int64_t>> GuessSessionStarts(const BrainInput& brain,
                                                             std::vector<std::string>& notes) {
  const std::size_t words_given = brain.onsets_seconds.size();
  for (const std::vector<std::int64_t>* const numbers : {&brain.groups, &brain.sessions}) {
    if (numbers->empty() || numbers->size() == words_given) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        numbers == &brain.groups ? "groups.npy" : "sessions.npy", " has ", numbers->size(),
        " words, but there are ", words_given, " onsets; one number a word is needed"));
  }
  std::vector<std::int64_t> starts = {0};
  const Sessions sessions = SessionsOf(brain);
  if (sessions.of_word.empty()) return starts;
  const double end_seconds = static_cast<double>(brain.continuous.dim(1)) / brain.sfreq_hz;
  if (const std::vector<std::int64_t> mixed =
          OverlappingSessions(sessions.of_word, brain.onsets_seconds, end_seconds);
      !mixed.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("words of sessions ", mixed[0], " and ", mixed[1],
                     " are mixed in time; a recording is filtered in one session after another, so "
                     "correct the sessions, or leave them out if all words are in one"));
  }
  std::vector<std::pair<std::int64_t, std::int64_t>> words;  // onset and session
  for (std::size_t word = 0; word < sessions.of_word.size(); ++word) {
    const std::int64_t onset = OnsetSampleOf(brain, word);
    if (onset >= 0) words.emplace_back(onset, sessions.of_word[word]);
  }
  std::sort(words.begin(), words.end());
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i].second == words[i - 1].second) continue;
    starts.push_back((words[i - 1].first + words[i].first + 1) / 2);
  }
  if (starts.size() > 1) {
    notes.push_back(absl::StrCat(
        "The recording is filtered in ", starts.size(),
        " parts, one for each session, which are taken to meet midway between the last word of one "
        "and the first of the next. Put the sample at which each begins into ",
        kStartsFile, " if they meet elsewhere."));
  }
  return starts;
}

}  // namespace brainalign
