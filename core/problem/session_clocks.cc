#include "core/problem/session_clocks.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// Fewer words before a step back say nothing about a clock.
constexpr std::size_t kWordsOfAClock = 10;

// The words at which onsets fall back by more than half of what they had risen by. Words out of
// order step back by less. `units` (w), or empty, change at each.
std::vector<std::size_t> RestartsOf(const std::vector<double>& onsets,
                                    const std::vector<std::int64_t>& units) {
  std::vector<std::size_t> restarts;
  std::size_t first = 0;  // word of the clock
  for (std::size_t word = 1; word < onsets.size(); ++word) {
    if (!units.empty() && units[word] == units[word - 1]) continue;
    const double middle = onsets[first] + (onsets[word - 1] - onsets[first]) / 2;
    const bool falls = onsets[word] < onsets[word - 1] && onsets[word] < middle;
    if (!falls || word - first < kWordsOfAClock) continue;
    restarts.push_back(word);
    first = word;
  }
  return restarts;
}

std::string DescribeRestartAt(const std::vector<double>& onsets, std::size_t word) {
  return absl::StrCat(
      "the onsets restart at word ", word, " (", onsets[word], " s after ", onsets[word - 1],
      " s), as if each session had a clock of its own; onsets count from the start of the "
      "recording, so add to them the second at which their session begins in it");
}

}  // namespace

std::string DescribeRestart(const BrainInput& brain) {
  if (!brain.is_continuous()) return "";
  const std::vector<double>& onsets = brain.onsets_seconds;
  const std::vector<std::int64_t>& units = brain.sessions.empty() ? brain.groups : brain.sessions;
  if (!units.empty() && units.size() != onsets.size()) return "";
  const std::vector<std::size_t> restarts = RestartsOf(onsets, units);
  return restarts.empty() ? "" : DescribeRestartAt(onsets, restarts.front());
}

std::string DescribeOnsetsFromStarts(const BrainInput& brain) {
  const std::vector<std::int64_t>& starts = brain.session_starts;
  const std::vector<double>& onsets = brain.onsets_seconds;
  std::vector<std::size_t> restarts = RestartsOf(onsets, {});
  if (restarts.empty() || restarts.size() >= starts.size()) return "";
  const std::size_t first_restart = restarts.front();
  restarts.push_back(onsets.size());
  std::size_t first = 0;
  for (std::size_t clock = 0; clock < restarts.size(); ++clock) {
    const std::int64_t end =
        clock + 1 < starts.size() ? starts[clock + 1] : brain.continuous.dim(1);
    const double seconds = static_cast<double>(end - starts[clock]) / brain.sfreq_hz;
    const auto at = [&](std::size_t word) {
      return onsets.begin() + static_cast<std::ptrdiff_t>(word);
    };
    if (*std::max_element(at(first), at(restarts[clock])) >= seconds) return "";
    first = restarts[clock];
  }
  return DescribeRestartAt(onsets, first_restart);
}

}  // namespace brainalign
