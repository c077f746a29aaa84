#include "core/align/result_notes.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/align/readout.h"
#include "core/inference/curve_times.h"

namespace brainalign {
namespace {

void NoteEqualPeaks(AlignmentResult& result) {
  const std::vector<double>& t_max = result.readout.t_max;
  const bool defined =
      std::none_of(t_max.begin(), t_max.end(), [](double t) { return std::isnan(t); });
  if (t_max.size() < 3 || !defined || !std::isnan(result.readout.temporal_score)) return;
  if (HasSpread(t_max, TimeRoundingSeconds(result.times_seconds))) {
    result.notes.push_back(
        "The temporal score is undefined: all layers have the same relative depth.");
  } else {
    result.notes.push_back(
        "The temporal score is undefined: t_max is the same for all layers, up to the rounding of "
        "the times.");
  }
}

void NoteAlphasAtAnEnd(AlignmentResult& result) {
  const std::vector<double>& alphas = result.spec.alphas;
  if (result.spec.selection == Selection::kFixed || alphas.size() < 2) return;
  std::int64_t all = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < result.alpha_counts.size(); ++i) {
    all += result.alpha_counts[i];
    if (i % alphas.size() == 0) first += result.alpha_counts[i];
    if (i % alphas.size() == alphas.size() - 1) last += result.alpha_counts[i];
  }
  const auto note = [&](std::int64_t count, const std::string& which, double alpha,
                        const std::string& advice) {
    if (2 * count <= all) return;
    result.notes.push_back(absl::StrCat(
        100 * count / all, " % of the targets, over layers, times and folds, take the ", which,
        " of the given alphas, ", alpha, ": ", advice));
  };
  note(first, "smallest", alphas.front(), "try smaller alphas, too.");
  note(last, "largest", alphas.back(),
       "they are hardly predictable, or larger alphas would be better.");
}

void NoteCheck(AlignmentResult& result) {
  const SelfCheck& check = result.self_check;
  if (check.cells == 0) {
    result.notes.push_back(
        "No score was computed again in float64 to check the result: there was no memory for it.");
  } else if (!(check.largest_difference <= SelfCheck::Most(result.spec))) {
    result.notes.push_back(absl::StrCat(
        "A score that was computed again to check the result differs by ", check.largest_difference,
        ". The job was computed in float64 already, which does not hold this score. Probably all "
        "sensors, or a component, vary by about a millionth of their distance from the mean of all "
        "words."));
  }
}

}  // namespace

void ReadOff(AlignmentResult& result) {
  result.readout =
      ReadOff(result.score, result.times_seconds, result.depth, result.spec.window_bounds_seconds);
  result.notes = result.input.notes;
  NoteEqualPeaks(result);
  NoteAlphasAtAnEnd(result);
  NoteCheck(result);
}

}  // namespace brainalign
