#include "core/align/not_calibrated.h"

#include <cmath>

#include "absl/strings/numbers.h"

namespace brainalign {
namespace {

// Before this version of the numerics, nulls of bands shifted the activations with what nuisance
// predicts of them.
constexpr int kPartStays = 16;

bool ShiftsWhatNuisancePredicts(const AlignmentResult& result) {
  if (!result.spec.is_banded() || result.null_scores.empty()) return false;
  int version = 0;
  const std::string& text = result.numerics_version;
  return absl::SimpleAtoi(text.substr(0, text.find('+')), &version) && version < kPartStays;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> NotCalibrated(const AlignmentResult& result) {
  std::vector<std::pair<std::string, std::string>> found;
  if (!result.uncertainty.has_value()) return found;
  if (ShiftsWhatNuisancePredicts(result)) {
    found.emplace_back("p_of_bands_too_small",
                       "This result was computed by numerics version 15 or earlier, whose nulls "
                       "shift activations with what nuisance predicts of them. Where it predicts "
                       "them, the p values of single cells and of clusters are too small: at 0.05 "
                       "they rejected 12 and 23 % of simulated data in which activations add "
                       "nothing. Submit the job again.");
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
