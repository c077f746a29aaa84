#include "core/align/not_calibrated.h"

#include <algorithm>
#include <cmath>

namespace brainalign {
namespace {

// Simulated activations of 0.6 had bands that hold, and those of 0.9 had not.
constexpr double kSlowLag1 = 0.8;

}  // namespace

std::vector<std::pair<std::string, std::string>> NotCalibrated(const AlignmentResult& result) {
  std::vector<std::pair<std::string, std::string>> found;
  if (!result.uncertainty.has_value()) return found;
  if (result.spec.is_banded() && !result.null_scores.empty()) {
    found.emplace_back("p_of_bands_too_small",
                       "The p values for what activations add to nuisance shift only the "
                       "activations. Where nuisance also predicts the activations, those of single "
                       "cells and of clusters are too small: at 0.05 they rejected 12 and 23 % of "
                       "simulated data without such an addition, and the largest score 3 %.");
  }
  for (const Caution caution : result.uncertainty->cautions) {
    found.emplace_back(Name(caution), Sentence(caution));
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
