#include "core/inference/cautions.h"

namespace brainalign {

const char* Name(Caution caution) {
  switch (caution) {
    case Caution::kNoSharedDriftAssumed:
      return "no_shared_drift_assumed";
    case Caution::kBothSidesDrift:
      return "both_sides_drift";
    case Caution::kFewSessionWords:
      return "few_session_words";
    case Caution::kNullsLimitedByOffsets:
      return "nulls_limited_by_offsets";
    case Caution::kFdrLimitedByNulls:
      return "fdr_limited_by_nulls";
    case Caution::kNoIntervals:
      return "no_intervals";
    case Caution::kNoSimultaneousBand:
      return "no_simultaneous_band";
    case Caution::kOrderLiberalWithFewBlocks:
      return "order_liberal_with_few_blocks";
    case Caution::kOrderOfTooFewBlocks:
      return "order_of_too_few_blocks";
    case Caution::kNullPSlightlySmall:
      return "null_p_slightly_small";
    case Caution::kNullScoreIsNoOrderTest:
      return "null_score_is_no_order_test";
    case Caution::kClusterHasNoEdges:
      return "cluster_has_no_edges";
    case Caution::kIntervalsOfExpectation:
      return "intervals_of_expectation";
    case Caution::kSpreadIsNoInterval:
      return "spread_is_no_interval";
    case Caution::kAlphasByInnerFolds:
      return "alphas_by_inner_folds";
    case Caution::kBandedNullsConservative:
      return "banded_nulls_conservative";
    case Caution::kBlocksCorrelated:
      return "blocks_correlated";
    case Caution::kNullPOfCosineTooSmall:
      return "null_p_of_cosine_too_small";
    case Caution::kSwapTestsLargestScore:
      return "swap_tests_largest_score";
    case Caution::kSwapLeftOutMostWords:
      return "swap_left_out_most_words";
  }
  return "";
}

const char* Sentence(Caution caution) {
  switch (caution) {
    case Caution::kNoSharedDriftAssumed:
      return "The p values of the null assume that brain and model share no slow drift.";
    case Caution::kBothSidesDrift:
      return "Brain and model both drift over the session. A score may come from the drift, and p "
             "values of the null are too small; use detrend 3, or null_by swap for a metric of two "
             "matrices.";
    case Caution::kFewSessionWords:
      return "Some sessions have fewer than 50 words; their p values of the null are slightly too "
             "small.";
    case Caution::kNullsLimitedByOffsets:
      return "All words are in one session, which has fewer different shifts than the requested "
             "nulls; the number of nulls was reduced.";
    case Caution::kFdrLimitedByNulls:
      return "No single cell can reach a false discovery rate of 0.05 with this number of nulls; "
             "use the family-wise p.";
    case Caution::kNoIntervals:
      return "There are fewer than 10 degrees of freedom (blocks less folds), so no intervals are "
             "given.";
    case Caution::kNoSimultaneousBand:
      return "There are fewer than 40 degrees of freedom (blocks less folds), so no simultaneous "
             "band is given.";
    case Caution::kOrderLiberalWithFewBlocks:
      return "With fewer than 100 degrees of freedom p_order of one level of draws is somewhat too "
             "small: at 0.05 it rejected up to 10 % of simulated data without order. Two levels of "
             "draws rejected about 5 %.";
    case Caution::kOrderOfTooFewBlocks:
      return "With fewer than 10 degrees of freedom (blocks less folds) the test of the order of "
             "layers was never simulated; do not use its p.";
    case Caution::kNullPSlightlySmall:
      return "The p values of the null are slightly too small: in simulations without a relation "
             "the largest score had a p of 0.05 or less in 7 %, and a cell in 4 to 7 %.";
    case Caution::kNullScoreIsNoOrderTest:
      return "The p of the temporal score under the null tests for any relation, not for an "
             "order; use p_order.";
    case Caution::kClusterHasNoEdges:
      return "The p of a cluster is about the cluster as a whole. It says nothing about its edges, "
             "so it gives no onset time.";
    case Caution::kIntervalsOfExpectation:
      return "Intervals are about the expected value over new recordings and new words of this "
             "number, with maps fitted again. They are not about these maps on other words.";
    case Caution::kSpreadIsNoInterval:
      return "The spread of the temporal score describes the draws; it is not a confidence "
             "interval.";
    case Caution::kAlphasByInnerFolds:
      return "An earlier version computed this: its intervals take the chosen alphas as given, but "
             "blocked selection chooses others on other data. In simulations 95 % intervals of "
             "cells with signal covered 81 to 88 %. Compute it again for wider ones.";
    case Caution::kBandedNullsConservative:
      return "Nulls keep the penalties that the observed data chose, for nuisance and activations. "
             "P values of the null that are not small are therefore too large: in simulations "
             "without a relation beyond the nuisance, the largest score had a p of 0.5 or less in "
             "28 %, and of 0.05 or less in 6 %. A small p holds; some power is lost.";
    case Caution::kBlocksCorrelated:
      return "Blocks of words are shorter than the correlation of what they hold: neighbouring "
             "blocks are correlated. Standard errors and intervals are too narrow, and p_order and "
             "the p values of compare are too small. Use longer blocks (block_words).";
    case Caution::kNullPOfCosineTooSmall:
      return "The p values of the null are too small: nulls keep the alphas that the observed data "
             "chose, and for metric cosine an alpha also decides how much of the prediction is the "
             "mean of the training words. In simulations without a relation the largest score had "
             "a p of 0.05 or less in 16 % under shifts and in 20 % under swaps, and the mean of "
             "layer maxima in 21 %. Use metric pearson for p values, or one alpha (selection "
             "fixed).";
    case Caution::kSwapTestsLargestScore:
      return "The nulls pair the recording of each session with the activations of another one, as "
             "a check against slow drift that both sides share. Only the largest score has a p, "
             "and it cannot be below 1 / (1 + pairings).";
    case Caution::kSwapLeftOutMostWords:
      return "More words were left out than are used, because swaps of sessions need sessions of "
             "the same length; every number of this result is of the words that are left.";
  }
  return "";
}

}  // namespace brainalign
