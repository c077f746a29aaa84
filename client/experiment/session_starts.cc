#include "client/experiment/session_starts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/epochs/epochs.h"
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

absl::Status JoinSessionStarts(const std::vector<std::int64_t>& starts, BrainInput& brain) {
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const bool is_right = i == 0 ? starts[i] == 0 : starts[i] > starts[i - 1];
    if (is_right && starts[i] < brain.continuous.dim(1)) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        kStartsFile, " holds ", starts[i], " at index ", i,
        "; it must hold the sample at which each session begins, ascending from 0 within the ",
        brain.continuous.dim(1), " samples of continuous.npy"));
  }
  std::vector<std::int64_t> sessions;
  for (std::size_t word = 0; word < brain.onsets_seconds.size(); ++word) {
    const std::int64_t onset = std::max<std::int64_t>(0, OnsetSampleOf(brain, word));
    sessions.push_back(std::upper_bound(starts.begin(), starts.end(), onset) - starts.begin() - 1);
  }
  if (brain.sessions.empty()) {
    if (starts.size() > 1) brain.sessions = std::move(sessions);
    return absl::OkStatus();
  }
  std::map<std::int64_t, std::pair<std::int64_t, std::size_t>> first_of;
  for (std::size_t word = 0; word < std::min(sessions.size(), brain.sessions.size()); ++word) {
    if (OnsetSampleOf(brain, word) < 0) continue;
    const auto [at, is_new] = first_of.try_emplace(brain.sessions[word], sessions[word], word);
    if (is_new || at->second.first == sessions[word]) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "word ", word, " (", brain.onsets_seconds[word], " s) is in session ", brain.sessions[word],
        " as is word ", at->second.second, " (", brain.onsets_seconds[at->second.second],
        " s), but ", kStartsFile, " has a session begin between them; correct one of the two"));
  }
  return absl::OkStatus();
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
