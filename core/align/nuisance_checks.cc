#include "core/align/nuisance_checks.h"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"
#include "core/align/fill_values.h"

namespace brainalign {
namespace {

// Of activations beside standardised nuisance, whose penalty may scale it by 1e-3: the factors of
// words (core/linalg/triangular_factor.h) resolve columns that differ by 1e12.
constexpr double kMostBesideNuisance = 1e9;

}  // namespace

void CheckNuisanceCount(const AlignmentSpec& spec, const std::vector<OuterFold>& folds,
                        std::vector<FieldProblem>& problems) {
  for (std::size_t k = 0; k < folds.size(); ++k) {
    if (spec.nuisance.size() < folds[k].train.size()) continue;
    problems.push_back(
        {"nuisance",
         absl::StrCat("has ", spec.nuisance.size(), " columns, but fold ", k + 1, " trains on ",
                      folds[k].train.size(), " words; give fewer columns than that")});
    return;
  }
}

void CheckNuisanceFill(const AlignmentInputs& inputs, const Epochs& epochs,
                       const CancelCheck& is_cancelled, std::vector<FieldProblem>& problems) {
  const TensorFacts facts = FindFacts(inputs.nuisance, is_cancelled);
  const std::optional<FillValue> fill =
      FindFillOfLayer(inputs.nuisance, facts, epochs.used_words(), is_cancelled);
  if (!fill) return;
  problems.push_back({"nuisance", DescribeFill(*fill, absl::StrCat(" at word ", fill->word,
                                                                   ", column ", fill->column))});
}

void CheckUnitsOfBands(const AlignmentInputs& inputs, const CancelCheck& is_cancelled,
                       std::vector<FieldProblem>& problems) {
  for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
    const LayerInput& layer = inputs.layers[l];
    const TensorFacts facts =
        layer.facts.all_finite ? layer.facts : FindFacts(layer.activations, is_cancelled);
    const double most = std::max(-facts.smallest, facts.largest);
    if (most <= kMostBesideNuisance) continue;
    problems.push_back(
        {absl::StrCat("layers[", l, "].activations"),
         absl::StrCat("has numbers up to ", most,
                      "; together with nuisance in direction model_to_brain they must not exceed ",
                      kMostBesideNuisance, ": scale the activations")});
    return;
  }
}

}  // namespace brainalign
