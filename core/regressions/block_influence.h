#ifndef BRAINALIGN_CORE_REGRESSIONS_BLOCK_INFLUENCE_H_
#define BRAINALIGN_CORE_REGRESSIONS_BLOCK_INFLUENCE_H_

#include <vector>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/set_sums.h"
#include "core/moments/target_moments.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/problem/work.h"
#include "core/regressions/block_positions.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/regressions/regression_cost.h"

namespace brainalign {

// The inputs of InfluenceOfBlocks: the observed fits of one block of features. `regressions` (K) of
// `features` over `segments`, whose inner folds do not matter.
template <typename T>
struct InfluenceProblem {
  const Segments& segments;
  const AlignmentSpec& spec;
  const BlockPositions& blocks;
  const ProblemFeatures<T>& features;
  const std::vector<RegressionByTarget<T>>& regressions;
  const ActivationColumns<T>& columns;
  const std::vector<std::vector<int>>& alphas;  // (K) of (columns): as they were chosen
  // (K) Cross-products with all columns over the training and the test words, if they are known.
  const std::vector<PerSet<CrossSums>>* cross = nullptr;
};

// (B, L) Sums over the words of each block of their first-order influence on the Pearson score of
// each layer, mean over columns and folds.
struct LayerInfluence {
  RowMatrix<double> held_out;  // through the moments of the test words
  RowMatrix<double> refit;     // through the fit
};

// The influence of blocks (docs/uncertainty.md, "Block influence"). Alphas, scales and components
// stay. With w the weights of a column in fold k, f = x'w on the test words E, S sums of squares
// and products on E about its means, r = S_yf / sqrt(S_yy S_ff), and on the training words T
//   h = (G + a)^-1 (C_E / sqrt(S_yy S_ff) - (r / S_ff) G_E w):
//   held-out, i in E: y_i f_i / sqrt(S_yy S_ff) - (r / 2) (y_i^2 / S_yy + f_i^2 / S_ff)
//   refit, i in T:    (x_i'h) (y_i - x_i'w), each about the means of T
// The parts that are linear in the features follow from one product of the words with a map: a word
// meets the sum of h over all folds but its own, or where folds have columns of their own, the h of
// each. The parts that are quadratic follow from the Gram matrix of each block, G_b = sum x x':
// sum_i (x_i'h) (x_i'w) over all columns is <sum_c h_c w_c', G_b>. A column that is constant on the
// test words, or whose predictions are, has no influence.
//
// ABORTED with NeedsDouble if single precision is not accurate enough, CANCELLED if `cancel` was
// set.
template <typename T>
absl::StatusOr<LayerInfluence> InfluenceOfBlocks(const InfluenceProblem<T>& problem,
                                                 const CancelFlag& cancel);

// Bytes that InfluenceOfBlocks needs for `columns` columns of so many layers, and its work. `size`:
// from WithKnownAlphas. `has_cross`: whether InfluenceProblem::cross is known.
double InfluenceBytes(const ProblemSize& size, double features, double columns, double layers,
                      double blocks, bool has_cross);
Work InfluenceWork(const ProblemSize& size, const FeatureSize& of, double columns, double layers,
                   double blocks, bool has_cross);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_BLOCK_INFLUENCE_H_
