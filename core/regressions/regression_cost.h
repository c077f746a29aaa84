#ifndef BRAINALIGN_CORE_REGRESSIONS_REGRESSION_COST_H_
#define BRAINALIGN_CORE_REGRESSIONS_REGRESSION_COST_H_

#include "core/problem/problem_size.h"
#include "core/problem/work.h"

namespace brainalign {

// The features of the regressions of one time (brain_to_model) or layer (model_to_brain).
struct FeatureSize {
  double features = 0;  // in the dual: the words, which are fewer
  double blocks = 1;    // that differ between folds
};

// The work of Make for all folds.
Work MakeRegressionsWork(const ProblemSize& size, const FeatureSize& of);

// The work of ChooseAndScore for all folds, with the cross-products: of `columns` targets, so many
// `at_once`. `passes`: times that the cross-products are summed over all words.
Work ChooseAndScoreWork(const ProblemSize& size, const FeatureSize& of, double columns,
                        double at_once, double passes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_REGRESSION_COST_H_
