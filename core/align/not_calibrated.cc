#include "core/align/not_calibrated.h"

#include <cmath>

namespace brainalign {

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
  if (!std::isnan(result.readout.temporal_score_p)) {
    found.emplace_back(
        "parametric_p_not_calibrated",
        "The parametric p of the temporal score treats layers as independent: at 0.05 it rejected "
        "4 % of data without order if they were, and 10 to 37 % if neighbours were correlated.");
  }
  return found;
}

}  // namespace brainalign
