#ifndef BRAINALIGN_CORE_INFERENCE_UNCERTAINTY_RESULT_H_
#define BRAINALIGN_CORE_INFERENCE_UNCERTAINTY_RESULT_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "core/inference/cautions.h"
#include "core/problem/uncertainty_options.h"

// The numbers that say how certain a layer x time matrix is (docs/uncertainty.md defines them).
// (L, T) arrays are layer-major.

namespace brainalign {

// An interval with its ends.
struct Interval {
  double low = 0;
  double high = 0;
};

// p values of the null of no relation. Swaps of sessions give p_max alone: the rest is NaN, or has
// no values.
struct NoRelationTests {
  double p_max = 1;                  // of the largest score of the matrix
  double p_mean_of_maxima = 1;       // of the mean over layers of the largest score
  std::vector<double> p_familywise;  // (L, T) of each cell by the largest score of each null
  // A score above it has a family-wise p of at most 0.05. Nothing for fewer than 19 nulls.
  std::optional<double> familywise_threshold;
  std::vector<double> p_cell;  // (L, T)
  std::vector<double> q_cell;  // (L, T) false discovery rate of p_cell
  // Two-sided. It is no test of order. Nothing if the observed score is undefined.
  std::optional<double> p_temporal_score;
  // Too few nulls for any cell to reach a false discovery rate of 0.05.
  bool fdr_limited_by_nulls = false;
};

// Clusters of neighbouring cells.
struct ClusterTests {
  std::vector<int> cluster_of_cell;  // (L, T) index of a cluster; -1: in none
  std::vector<double> mass;          // (clusters) in order of their first cell
  std::vector<double> p;             // (clusters) by the largest mass of each null
  double p_max = 1;                  // of the largest mass; 1 without clusters
};

// The test of the null of no relation and what it was made with.
struct NoRelation {
  NullBy null_by = NullBy::kShift;
  int nulls = 0;
  int nulls_asked = 0;
  int min_shift_words = 1;          // 0: nothing was shifted
  std::int64_t words_left_out = 0;  // so that all sessions have as many words, for swaps
  std::int64_t words_in_short_sessions = 0;
  // Largest |difference| between score_for_nulls and the reported matrix.
  double largest_basis_difference = 0;
  NoRelationTests tests;
  ClusterTests clusters;
};

// The blocks of words that standard errors and intervals come from (docs/uncertainty.md, "Block
// influence").
struct BlockFacts {
  int words = 0;  // target length
  int count = 0;
  int df = 0;
  bool too_few_for_intervals = false;
  bool too_few_for_simultaneous = false;
};

// 95 % intervals from draws of block noise around the observed matrix. They are about the expected
// value over new recordings and new words, of this number. A field without a value could not be
// given: too few degrees of freedom, or no time.
struct BlockIntervals {
  // Student's t of 0.975. An interval of a cell is R +- t_quantile * standard error.
  std::optional<double> t_quantile;
  // 0.95 quantile of the largest |E| / standard error. The band is R +- this * standard error.
  std::optional<double> simultaneous_quantile;
  std::vector<std::optional<Interval>> t_max;   // (L) seconds
  std::vector<std::optional<Interval>> t_half;  // (L) seconds
  std::optional<Interval> slope;                // of t_max, seconds per unit of depth
  std::optional<Interval> half_slope;           // of t_half
  // 0.025 and 0.975 quantiles of the drawn temporal scores. It describes the draws and is no
  // interval: no interval of the temporal score is calibrated.
  std::optional<Interval> temporal_score_spread;
};

// Whether layers differ in time course in order of depth. The p values need influences.
struct OrderTest {
  std::vector<double> t_half;  // (L) seconds; NaN: undefined
  double half_score = 0;       // Pearson r of t_half with depth; NaN: undefined
  double half_slope = 0;       // of t_half, seconds per unit of depth; NaN: undefined
  // p_order: under one time course for all layers, up to a gain. By the Pearson r of t_max and of
  // t_half with depth. Nothing where that is undefined or nothing was drawn.
  std::optional<double> p_temporal_score;
  std::optional<double> p_half_score;
  // The same from two levels of draws, with fewer than 100 degrees of freedom.
  std::optional<double> two_level_p_temporal_score;
  std::optional<double> two_level_p_half_score;
  // Share of the sum of squared scores that the common time course has.
  std::optional<double> common_share;
};

// Everything that the numbers depend on, except the arrays of the result. The engine sets it. There
// is one exception: draws, and the seed if only draws use it, may be chosen again when a result is
// read, because draws follow from the seed.
struct UncertaintyFacts {
  int nulls = 0;  // as computed
  int nulls_asked = 0;
  NullBy null_by = NullBy::kShift;
  int min_shift_words = 1;  // smallest shift, in words, in long sessions; 0: nothing is shifted
  // Selected words that swaps left out, so that all sessions have as many. They are in no number of
  // the result.
  std::int64_t words_left_out = 0;
  int block_words = 1;  // target length of a block, in words
  // In sessions of fewer than 50 words, and how many sessions those are.
  std::int64_t words_in_short_sessions = 0;
  int short_sessions = 0;
  std::uint64_t seed = 0;
  int draws = 0;
  bool detrended = false;
  std::vector<int> fold_of_block;            // (B) the fold that the block's words are tested in
  std::vector<std::int64_t> words_of_block;  // (B) their number
  // Shares of variance of slow drift beyond chance, in [0, 1]; nothing: not computed, or not
  // measurable (core/inference/drift.h).
  std::optional<double> brain_drift;
  std::optional<double> model_drift;
  // Of which words, in which sessions, at which onsets and in which folds: two results of the same
  // words and folds have the same number. 0: not computed.
  std::uint64_t words_fingerprint = 0;
};

// The object `uncertainty` of a result.
struct Uncertainty {
  std::optional<NoRelation> no_relation;  // with nulls
  // With influences; the rest is empty or absent without them.
  std::optional<BlockFacts> blocks;
  std::vector<double> se_refit;       // (L, T) with alphas as given
  std::vector<double> se_alphas;      // (L, T) of the choice of alphas, beside it; or empty
  std::vector<double> se_fixed_maps;  // (L, T) held-out part alone; too small, for comparison
  std::optional<double> slope;        // of t_max on depth, seconds per unit of depth
  BlockIntervals intervals;
  std::optional<OrderTest> order;
  std::optional<double> brain_drift;
  std::optional<double> model_drift;
  std::vector<Caution> cautions;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_UNCERTAINTY_RESULT_H_
