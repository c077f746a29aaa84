#include "core/align/read_off_uncertainty.h"

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/align/not_calibrated.h"
#include "core/inference/uncertainty.h"

namespace brainalign {
namespace {

// (rows, L * T) of an array (rows, L, T).
RowMatrix<double> RowsOf(const std::vector<double>& values, std::size_t cells) {
  const auto columns = static_cast<Eigen::Index>(cells);
  return Eigen::Map<const RowMatrix<double>>(
      values.data(), columns > 0 ? std::ssize(values) / columns : 0, columns);
}

// Of nulls, which keep the alphas that the observed data chose.
void AddCautionsOfChosenAlphas(const AlignmentSpec& spec, std::vector<Caution>& cautions) {
  if (spec.is_banded()) cautions.push_back(Caution::kBandedNullsConservative);
  if (NullsOfCosineFail(spec)) {
    // Instead of the caution whose rates are of other metrics.
    std::erase(cautions, Caution::kNullPSlightlySmall);
    cautions.push_back(Caution::kNullPOfCosineTooSmall);
  }
}

}  // namespace

void ReadOffUncertainty(AlignmentResult& result) {
  result.uncertainty.reset();
  const bool was_asked = !result.null_scores.empty() || !result.held_out_influence.empty();
  const std::size_t cells = result.score.size();
  const UncertaintyInputs inputs = {{result.score, result.times_seconds, result.depth},
                                    result.score_for_nulls,
                                    RowsOf(result.null_scores, cells),
                                    RowsOf(result.held_out_influence, cells),
                                    RowsOf(result.refit_influence, cells),
                                    RowsOf(result.alphas_influence, cells)};
  absl::StatusOr<Uncertainty> uncertainty = ComputeUncertainty(result.uncertainty_facts, inputs);
  if (uncertainty.ok()) {
    result.uncertainty = *std::move(uncertainty);
    if (result.spec.chooses_by_inner_folds() && result.uncertainty->blocks &&
        !result.uncertainty->blocks->too_few_for_intervals && result.alphas_influence.empty()) {
      result.uncertainty->cautions.push_back(Caution::kAlphasByInnerFolds);
    }
    if (ChoosesAlphas(result.spec) && result.uncertainty->no_relation) {
      AddCautionsOfChosenAlphas(result.spec, result.uncertainty->cautions);
    }
  } else if (was_asked) {
    result.notes.push_back(
        absl::StrCat("No uncertainty is given: ", uncertainty.status().message(), "."));
  }
}

}  // namespace brainalign
