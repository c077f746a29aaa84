#ifndef BRAINALIGN_CORE_PROBLEM_FOLDS_H_
#define BRAINALIGN_CORE_PROBLEM_FOLDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/problem/spec.h"

namespace brainalign {

// Indices of words, ascending.
using Words = std::vector<std::int32_t>;

// One inner fold: a split of an outer fold's training words, for the choice of alpha.
struct InnerFold {
  Words held;    // training words of the outer fold that alphas are evaluated on
  Words purged;  // training words that share samples with a held word; not used in this inner fold
};

// One outer fold. Every word is in exactly one of its three sets.
struct OuterFold {
  Words test;
  Words purged;  // words that share samples with a test word; not used in this fold
  Words train;   // the rest
  // Held sets partition `train`. Empty unless alphas are chosen by inner folds.
  std::vector<InnerFold> inner;
};

// The inputs from which folds are made (docs/method.md, "The two presets"). `onsets_seconds` may be
// empty; then no purge is possible.
struct FoldInputs {
  std::int32_t words = 0;
  std::vector<double> onsets_seconds;
  std::vector<std::int64_t> groups;    // never split by whole-group folds; may be empty
  std::vector<std::int64_t> sessions;  // empty: one session
  // Last time of an epoch less the first.
  double epoch_seconds = 0;
  // Whether onsets of different sessions are on one clock, that of a continuous recording. Epochs
  // then share samples whenever their onsets are nearer than epoch_seconds.
  bool one_clock = false;
  // Groups that were given and have no words left.
  std::vector<std::int64_t> emptied_groups;
  // For the message if a purge leaves no words: possible errors of the inputs, as clauses. May be
  // empty.
  std::string advice;
};

// (k) `n` words in contiguous parts. The first n % k have one word more, as in scikit-learn's KFold
// without shuffling.
std::vector<Words> ContiguousFolds(std::int32_t n, int k);

// (k) Whole groups, in order of first appearance, cut into contiguous runs of groups. Requires at
// least k groups.
std::vector<Words> GroupFolds(const std::vector<std::int64_t>& groups, int k);

// The words of `candidates` whose onset is nearer than `seconds` to the onset of a word of `near`
// in the same session, or that share samples with a word of `near` in another session.
Words WordsNear(const FoldInputs& inputs, const Words& candidates, const Words& near,
                double seconds);

// The folds of `spec`, with inner folds if alphas are chosen by them. If a fold would have no words
// to train or test on, appends a problem and returns no folds.
std::vector<OuterFold> MakeFolds(const FoldInputs& inputs, const AlignmentSpec& spec,
                                 std::vector<FieldProblem>& problems);

// The number of words, over all folds, that are purged because of a test word of another group
// only. A purge inside groups would have kept them. 0 without groups.
std::int64_t CountPurgedAcrossGroups(const FoldInputs& inputs, const std::vector<OuterFold>& folds,
                                     double purge_seconds);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_FOLDS_H_
