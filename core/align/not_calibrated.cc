#include "core/align/not_calibrated.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"

namespace brainalign {
namespace {

// The distance of the samples around a time, in seconds; the larger one at a sample.
double SampleDistanceAt(double seconds, const std::vector<double>& times_seconds) {
  double distance = 0;
  // What rounding may have moved beyond the first or last sample is there.
  seconds = std::clamp(seconds, times_seconds.front(), times_seconds.back());
  for (std::size_t after = 1; after < times_seconds.size(); ++after) {
    if (times_seconds[after - 1] <= seconds && seconds <= times_seconds[after]) {
      distance = std::max(distance, times_seconds[after] - times_seconds[after - 1]);
    }
  }
  return distance;
}

// Says how many intervals of t_max reach less than half a sample to each side; empty if none does.
std::string NarrowPeakIntervals(const AlignmentResult& result) {
  const std::vector<std::optional<Interval>>& intervals = result.uncertainty->intervals.t_max;
  int given = 0;
  int narrow = 0;
  double widest = 0;
  for (const std::optional<Interval>& interval : intervals) {
    if (!interval.has_value()) continue;
    ++given;
    const double distance =
        SampleDistanceAt((interval->low + interval->high) / 2, result.times_seconds);
    if (!(interval->high - interval->low < distance)) continue;
    ++narrow;
    widest = std::max(widest, distance / 2);
  }
  if (narrow == 0) return "";
  return absl::StrFormat(
      "%d of %d intervals of t_max reach less than half a sample (%g s) to each side. t_max moves "
      "in steps of about half a sample, so these can be too short: in simulations 62 %% of them "
      "held the expected t_max (24 to 94 %% over conditions). With half a sample to each side at "
      "least, the intervals of a strong signal held it in 95 %%, in place of 92 %%.",
      narrow, given, widest);
}

// Before this version of the numerics, nulls of bands shifted the activations with what nuisance
// predicts of them.
constexpr int kPartStays = 16;

// Before this one, nulls of residuals were not residuals of a fit on nuisance again.
constexpr int kTakenOutAgain = 18;

bool IsOlderThan(int version, const AlignmentResult& result) {
  int own = 0;
  const std::string& text = result.numerics_version;
  return absl::SimpleAtoi(text.substr(0, text.find('+')), &own) && own < version;
}

// In simulations bands held at an autocorrelation of 0.6, and did not at 0.9.
constexpr double kSlowLag1 = 0.8;

}  // namespace

bool ChoosesAlphas(const AlignmentSpec& spec) {
  return spec.selection != Selection::kFixed && spec.alphas.size() > 1;
}

bool NullsOfCosineFail(const AlignmentSpec& spec) {
  // The brain is z-scored: where it is predicted, its training words have the mean 0.
  const bool mean_is_zero =
      spec.direction == Direction::kModelToBrain && spec.zscore_words == FitWords::kTraining;
  return spec.metric == Metric::kCosine && ChoosesAlphas(spec) && !mean_is_zero;
}

std::vector<std::pair<std::string, std::string>> NotCalibrated(const AlignmentResult& result) {
  std::vector<std::pair<std::string, std::string>> found;
  if (!result.uncertainty.has_value()) return found;
  const bool has_nulls = !result.null_scores.empty();
  if (has_nulls && result.spec.takes_nuisance_out() && IsOlderThan(kTakenOutAgain, result)) {
    found.emplace_back("p_beside_nuisance_too_large",
                       "This result was computed by numerics version 17 or earlier, whose nulls "
                       "do not take nuisance out of shifted activations again. Where layers have "
                       "many dimensions, p values are far too large: with 64, the largest score "
                       "had a p of 0.5 or less in 5 % of simulated data without a relation. Submit "
                       "the job again.");
  }
  if (has_nulls && result.spec.is_banded() && IsOlderThan(kPartStays, result)) {
    found.emplace_back("p_of_bands_too_small",
                       "This result was computed by numerics version 15 or earlier, whose nulls "
                       "shift activations with what nuisance predicts of them. Where it predicts "
                       "them, the p values of single cells and of clusters are too small: at 0.05 "
                       "they rejected 12 and 23 % of simulated data in which activations add "
                       "nothing. Submit the job again.");
  }
  const UncertaintyOptions& asked = result.spec.uncertainty;
  if (IsSimilarity(result.spec.metric) && asked.detrend && asked.nulls > 0 &&
      !asked.swaps_sessions()) {
    found.emplace_back("detrended_shifts_not_calibrated",
                       "With detrending, p values from shifts are too small for a metric of two "
                       "matrices: at 0.05 the largest score rejected 32 % of simulated data "
                       "without a relation (cka_debiased, sessions of 100 words). Use null_by "
                       "swap.");
  }
  for (const Caution caution : result.uncertainty->cautions) {
    found.emplace_back(Name(caution), Sentence(caution));
  }
  if (std::string narrow = NarrowPeakIntervals(result); !narrow.empty()) {
    found.emplace_back("t_max_intervals_below_a_sample", std::move(narrow));
  }
  if (result.spec.takes_nuisance_out() && result.uncertainty->blocks.has_value()) {
    found.emplace_back("nuisance_fit_taken_as_given",
                       "Standard errors and intervals take the fit on the nuisance as given; its "
                       "own error is not in them.");
  }
  const auto& lag_1 = result.autocorrelation_lag_1;
  if (result.uncertainty->intervals.simultaneous_quantile.has_value() && !lag_1.empty() &&
      *std::max_element(lag_1.begin(), lag_1.end()) >= kSlowLag1) {
    found.emplace_back("band_slightly_narrow",
                       "Activations vary slowly over words (autocorrelation at lag 1 of 0.8 or "
                       "more), where the simultaneous band is slightly too narrow: a band of 95 % "
                       "held all cells in 87 % of simulated data.");
  }
  if (!std::isnan(result.readout.temporal_score)) {
    found.emplace_back("temporal_score_attenuated",
                       "Noise pulls the temporal score towards 0: 0.96 without noise becomes 0.80 "
                       "where the largest score is 0.27. Temporal scores of models with different "
                       "scores compare this, too; compare slopes with their intervals.");
    found.emplace_back(
        "smoothing_gives_order",
        "Layers that only smooth word features over past words give a temporal "
        "score near 1 or -1 without any delay. Compare the autocorrelation of layers "
        "over words, and take out the vectors of previous words as nuisance.");
  }
  if (!std::isnan(result.readout.temporal_score_p)) {
    found.emplace_back(
        "parametric_p_not_calibrated",
        "The parametric p of the temporal score treats layers as independent: at 0.05 it rejected "
        "4 % of data without order if they were, and 10 to 37 % if neighbours were correlated.");
  }
  return found;
}

}  // namespace brainalign
