#ifndef BRAINALIGN_CORE_REGRESSIONS_CHOICES_WITHOUT_FOLDS_H_
#define BRAINALIGN_CORE_REGRESSIONS_CHOICES_WITHOUT_FOLDS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "core/problem/segments.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/inner_fits.h"
#include "core/ridge/near_ties.h"
#include "core/ridge/rounding_bound.h"

namespace brainalign {

// The sum over the inner folds, or over all but `left_out`.
BlockedErrors SumOfInnerFolds(const std::vector<BlockedErrors>& of_inner_folds,
                              std::optional<std::size_t> left_out);

// What the choice of alphas by inner folds is made from, for one outer fold.
template <typename T>
struct BlockedChoice {
  const std::vector<InnerFit>& fits;
  const TargetsWithCross<T>& targets;
  const FoldSets& sets;
  const std::vector<double>& alphas;
  const RoundingBound::Errors& errors;  // of the cross-products
};

// (J) The alphas that are chosen by the errors of all inner folds but one. Near ties are settled in
// each choice, as in the choice by all of them. `of_inner_folds` (J): from ErrorsOfInnerFolds.
// `shared`: null if each target has an alpha of its own.
template <typename T>
std::vector<ChosenAlphas> ChooseWithoutInnerFolds(const BlockedChoice<T>& choice,
                                                  const std::vector<BlockedErrors>& of_inner_folds,
                                                  const SharedChoice* shared);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_CHOICES_WITHOUT_FOLDS_H_
