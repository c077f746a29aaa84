#include "client/experiment/preparation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/experiment/vector_files.h"
#include "core/epochs/epochs.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;

// The number of the object under a name; nothing where that is null or missing.
std::optional<double> NumberAt(const Json& json, const char* name) {
  const auto found = json.find(name);
  if (found == json.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

// Whether what was read can have been written by PreparationToJson.
bool IsSound(const Preparation& p) {
  const bool has_band = p.band_pass_hz.size() == 2 && p.filter_samples > 0;
  const bool has_no_band = p.band_pass_hz.empty() && p.filter_samples == 0;
  return (has_band || has_no_band) && (has_band || p.resample_hz) &&
         p.resample_hz.value_or(1) > 0 && p.original_sfreq_hz > 0 && !p.session_starts.empty() &&
         p.session_starts.front() == 0 &&
         std::is_sorted(p.session_starts.begin(), p.session_starts.end());
}

}  // namespace

std::int64_t EdgeWords(const Preparation& preparation, const BrainInput& brain) {
  if (preparation.filter_samples == 0) return 0;
  const Epochs epochs = EpochsOf(brain, SessionsOf(brain));
  const auto [earliest, latest] =
      std::minmax_element(brain.times_seconds.begin(), brain.times_seconds.end());
  const std::vector<std::int64_t>& starts = preparation.session_starts;
  std::int64_t words = 0;
  for (const std::int64_t word : epochs.used_words()) {
    const std::int64_t onset =
        RoundHalfToEven(brain.onsets_seconds[static_cast<std::size_t>(word)] * brain.sfreq_hz);
    const std::int64_t first = onset + RoundHalfToEven(*earliest * brain.sfreq_hz);
    const std::int64_t last = onset + RoundHalfToEven(*latest * brain.sfreq_hz);
    const auto after = std::upper_bound(starts.begin(), starts.end(), first);
    const std::int64_t start = *std::prev(after);
    const std::int64_t end = after == starts.end() ? brain.continuous.dim(1) : *after;
    const double before_end = static_cast<double>(end - 1 - last) / brain.sfreq_hz;
    const double from_start = static_cast<double>(first - start) / brain.sfreq_hz;
    if (std::min(from_start, before_end) < preparation.edge_seconds()) ++words;
  }
  return words;
}

std::string DescribePreparation(const Preparation& preparation, std::int64_t edge_words) {
  std::string text = "The recording was ";
  if (!preparation.band_pass_hz.empty()) {
    absl::StrAppend(&text, "band-passed from ", preparation.band_pass_hz[0], " to ",
                    preparation.band_pass_hz[1], " Hz");
    if (preparation.resample_hz) absl::StrAppend(&text, " and ");
  }
  if (preparation.resample_hz) {
    absl::StrAppend(&text, "resampled from ", preparation.original_sfreq_hz, " to ",
                    *preparation.resample_hz, " Hz");
  }
  absl::StrAppend(&text, " (", kPreparationMethod, ").");
  if (!preparation.band_pass_hz.empty()) {
    absl::StrAppendFormat(
        &text,
        " Epochs of %d words have samples within %.3g s, half the filter's length, of a session's "
        "end, where the filter partly invents the samples.",
        edge_words, preparation.edge_seconds());
  }
  if (preparation.resample_hz) {
    absl::StrAppendFormat(
        &text,
        " Samples lie up to %.2g ms from their times, because lengths are rounded "
        "as MNE does.",
        1000 * preparation.largest_shift_seconds);
  }
  return text;
}

std::string PreparationToJson(const Preparation& preparation) {
  const Json json = {
      {"version", kVersion},
      {"method", kPreparationMethod},
      {"band_pass_hz", preparation.band_pass_hz.empty() ? Json() : Json(preparation.band_pass_hz)},
      {"resample_hz", preparation.resample_hz ? Json(*preparation.resample_hz) : Json()},
      {"original_sfreq_hz", preparation.original_sfreq_hz},
      {"filter_samples", preparation.filter_samples},
      {"edge_seconds", preparation.edge_seconds()},
      {"largest_shift_seconds", preparation.largest_shift_seconds},
      {"session_starts", preparation.session_starts},
      {"notes", preparation.notes}};
  return json.dump(1) + "\n";
}

absl::StatusOr<Preparation> ReadPreparation(const std::string& dir) {
  const absl::StatusOr<std::vector<std::string>> lines =
      ReadLines(dir, kPreparationFile, "what `brainalign filter` wrote");
  if (!lines.ok()) return lines.status();
  std::string text;
  for (const std::string& line : *lines) absl::StrAppend(&text, line, "\n");
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  Preparation preparation;
  if (json.is_object()) {
    const auto numbers = [&json](const char* name) {
      std::vector<double> values;
      const auto found = json.find(name);
      if (found == json.end() || !found->is_array()) return values;
      for (const Json& value : *found) {
        if (value.is_number()) values.push_back(value.get<double>());
      }
      return values;
    };
    preparation.band_pass_hz = numbers("band_pass_hz");
    preparation.resample_hz = NumberAt(json, "resample_hz");
    preparation.original_sfreq_hz = NumberAt(json, "original_sfreq_hz").value_or(0);
    preparation.filter_samples = RoundHalfToEven(NumberAt(json, "filter_samples").value_or(0));
    preparation.largest_shift_seconds = NumberAt(json, "largest_shift_seconds").value_or(0);
    for (const double start : numbers("session_starts")) {
      preparation.session_starts.push_back(RoundHalfToEven(start));
    }
    if (const auto notes = json.find("notes"); notes != json.end() && notes->is_array()) {
      for (const Json& note : *notes) {
        if (note.is_string()) preparation.notes.push_back(note.get<std::string>());
      }
    }
  }
  if (json.is_object() && NumberAt(json, "version") == kVersion && IsSound(preparation)) {
    return preparation;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(FilePath(dir, kPreparationFile),
                   " is not what `brainalign filter` of this version writes; prepare the recording "
                   "again, or remove the file if the recording was not prepared by brainalign"));
}

}  // namespace brainalign
