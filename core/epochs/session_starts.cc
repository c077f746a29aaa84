#include "core/epochs/session_starts.h"

#include <algorithm>
#include <cstddef>
#include <map>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// The word that says in which part its session lies, by session.
std::map<std::int64_t, std::size_t> DecidingWords(const std::vector<std::int64_t>& starts,
                                                  const std::vector<std::int64_t>& sessions,
                                                  const std::vector<std::int64_t>& onset_samples) {
  const auto is_next_to_start = [&](std::size_t word) {
    const std::int64_t onset = onset_samples[word];
    return PartOfSample(starts, onset - 1) != PartOfSample(starts, onset + 1);
  };
  std::map<std::int64_t, std::size_t> deciding;
  for (std::size_t word = 0; word < sessions.size(); ++word) {
    if (onset_samples[word] < 0) continue;
    const auto [entry, is_new] = deciding.try_emplace(sessions[word], word);
    if (!is_new && is_next_to_start(entry->second) && !is_next_to_start(word)) {
      entry->second = word;
    }
  }
  return deciding;
}

}  // namespace

std::string DescribeBadStarts(const std::vector<std::int64_t>& starts, std::int64_t samples) {
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const bool is_right = i == 0 ? starts[i] == 0 : starts[i] > starts[i - 1];
    if (is_right && starts[i] < samples) continue;
    return absl::StrCat("holds ", starts[i], " at index ", i,
                        "; it must hold the sample at which each session begins, ascending from 0 "
                        "within the ",
                        samples, " samples of the recording");
  }
  return "";
}

std::int64_t PartOfSample(const std::vector<std::int64_t>& starts, std::int64_t sample) {
  const auto after = std::upper_bound(starts.begin(), starts.end(), sample);
  return std::max<std::int64_t>(0, after - starts.begin() - 1);
}

std::vector<std::int64_t> PartsOfWords(const std::vector<std::int64_t>& starts,
                                       const std::vector<std::int64_t>& sessions,
                                       const std::vector<std::int64_t>& onset_samples) {
  std::vector<std::int64_t> parts(onset_samples.size(), 0);
  if (starts.size() < 2) return parts;
  const std::map<std::int64_t, std::size_t> deciding =
      DecidingWords(starts, sessions, onset_samples);
  for (std::size_t word = 0; word < parts.size(); ++word) {
    if (onset_samples[word] < 0) continue;
    const std::size_t decides = sessions.empty() ? word : deciding.at(sessions[word]);
    parts[word] = PartOfSample(starts, onset_samples[decides]);
  }
  return parts;
}

std::optional<std::pair<std::size_t, std::size_t>> WordInAnotherPart(
    const std::vector<std::int64_t>& starts, const std::vector<std::int64_t>& sessions,
    const std::vector<std::int64_t>& onset_samples) {
  const std::map<std::int64_t, std::size_t> deciding =
      DecidingWords(starts, sessions, onset_samples);
  for (std::size_t word = 0; word < sessions.size(); ++word) {
    const std::int64_t onset = onset_samples[word];
    if (onset < 0) continue;
    const std::size_t decides = deciding.at(sessions[word]);
    const std::int64_t part = PartOfSample(starts, onset_samples[decides]);
    if (part < PartOfSample(starts, onset - 1) || part > PartOfSample(starts, onset + 1)) {
      return std::pair(word, decides);
    }
  }
  return std::nullopt;
}

}  // namespace brainalign
