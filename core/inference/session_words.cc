#include "core/inference/session_words.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <map>
#include <numeric>
#include <utility>

#include "core/inference/quantile.h"
#include "core/inference/random_draws.h"

namespace brainalign {
namespace {

// Seconds between two words in a transcript of speech, where nothing else is known.
constexpr double kUsualGapSeconds = 0.3;
// Seconds from one session to the next: longer than any session.
constexpr double kBetweenSessionsSeconds = 1e7;

}  // namespace

std::vector<Words> WordsOfSessions(const std::vector<std::int64_t>& sessions, std::int32_t words) {
  if (sessions.empty()) {
    Words all(static_cast<std::size_t>(words));
    std::iota(all.begin(), all.end(), 0);
    return {all};
  }
  std::map<std::int64_t, Words> of_session;
  for (std::size_t word = 0; word < sessions.size(); ++word) {
    of_session[sessions[word]].push_back(static_cast<std::int32_t>(word));
  }
  std::vector<Words> result;
  for (auto& [session, members] : of_session) result.push_back(std::move(members));
  return result;
}

double WordGapSeconds(const std::vector<double>& onsets_seconds,
                      const std::vector<std::int64_t>& sessions) {
  if (onsets_seconds.size() < 2) return kUsualGapSeconds;
  std::vector<double> on_one_clock = onsets_seconds;
  double start = 0;
  for (const Words& members :
       WordsOfSessions(sessions, static_cast<std::int32_t>(onsets_seconds.size()))) {
    for (const std::int32_t word : members) on_one_clock[static_cast<std::size_t>(word)] += start;
    start += kBetweenSessionsSeconds;
  }
  std::vector<double> gaps;
  for (std::size_t word = 1; word < on_one_clock.size(); ++word) {
    gaps.push_back(on_one_clock[word] - on_one_clock[word - 1]);
  }
  const double median = Quantile(gaps, 0.5);
  if (median > 0) return median;
  // Most words share their onset with another, as where onsets are those of fMRI volumes.
  double seconds = 0;
  std::size_t count = 0;
  for (const double gap : gaps) {
    if (gap < 0 || gap >= kBetweenSessionsSeconds / 2) continue;
    seconds += gap;
    ++count;
  }
  return seconds > 0 ? seconds / static_cast<double>(count) : kUsualGapSeconds;
}

std::uint64_t FingerprintOfWords(const std::vector<std::int64_t>& sessions,
                                 const std::vector<double>& onsets_seconds,
                                 const std::vector<Words>& test_words) {
  std::uint64_t hash = 0;
  const auto add = [&](std::uint64_t part) { hash = ChainedHash(hash, part); };
  add(sessions.size());
  for (const std::int64_t session : sessions) add(static_cast<std::uint64_t>(session));
  add(onsets_seconds.size());
  for (const double onset : onsets_seconds) add(std::bit_cast<std::uint64_t>(onset));
  for (const Words& fold : test_words) {
    add(fold.size());
    for (const std::int32_t word : fold) add(static_cast<std::uint64_t>(word));
  }
  return std::max<std::uint64_t>(hash, 1);
}

}  // namespace brainalign
