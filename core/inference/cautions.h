#ifndef BRAINALIGN_CORE_INFERENCE_CAUTIONS_H_
#define BRAINALIGN_CORE_INFERENCE_CAUTIONS_H_

namespace brainalign {

// Cautions about one result: numbers that are not calibrated or are limited (docs/uncertainty.md,
// "Cautions").
enum class Caution {
  kNoSharedDriftAssumed,       // nulls without detrending
  kBothSidesDrift,             // both sides drift by more than 1 % of their variance
  kFewSessionWords,            // words in sessions of fewer than 50
  kNullsLimitedByOffsets,      // one session that has fewer offsets than nulls were asked for
  kFdrLimitedByNulls,          // no cell can reach a false discovery rate of 0.05
  kNoIntervals,                // fewer than 10 degrees of freedom
  kNoSimultaneousBand,         // fewer than 40 degrees of freedom
  kOrderLiberalWithFewBlocks,  // p_order where two levels of draws correct it
  kOrderOfTooFewBlocks,        // p_order with fewer than 10 degrees of freedom
  kNullPSlightlySmall,         // p values of the null of no relation
  kNullScoreIsNoOrderTest,     // p_temporal_score of the null of no relation
  kClusterHasNoEdges,          // p of clusters
  kIntervalsOfExpectation,     // intervals
  kSpreadIsNoInterval,         // temporal_score_spread
  kAlphasByInnerFolds,         // intervals, where inner folds have chosen the alphas
  kBandedNullsConservative,    // nulls beside nuisance, where penalties were chosen
  kBlocksCorrelated,           // what blocks of words give, where neighbouring blocks correlate
  kNullPOfCosineTooSmall,      // nulls of metric cosine, where penalties were chosen
  kSwapTestsLargestScore,      // nulls by swaps of sessions
  kSwapLeftOutMostWords,       // more words were left out than are used, for equal sessions
};

// The name in the result: "no_shared_drift_assumed", ...
const char* Name(Caution caution);

// One sentence for a person.
const char* Sentence(Caution caution);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_CAUTIONS_H_
