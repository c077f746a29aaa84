#ifndef BRAINALIGN_CORE_PROBLEM_FOLDS_H_
#define BRAINALIGN_CORE_PROBLEM_FOLDS_H_

#include <cstdint>
#include <vector>

#include "core/problem/spec.h"

namespace brainalign {

// Indices of words, ascending.
using Words = std::vector<std::int32_t>;

struct InnerFold {
  Words held;    // training words of the outer fold that judge alpha
  Words purged;  // training words that share samples with a held word; neither fit nor judge
};

struct OuterFold {
  Words test;
  Words purged;                  // words that share samples with a test word; not used in this fold
  Words train;                   // the rest
  std::vector<InnerFold> inner;  // held sets partition `train`; empty unless asked for
};

// What folds are made from. `onsets_seconds` may be empty (no purge is possible).
struct FoldInputs {
  std::int32_t words = 0;
  std::vector<double> onsets_seconds;
  std::vector<std::int64_t> groups;  // session of each word; empty: one session
};

// `n` words in `k` contiguous parts; the first n % k hold one word more (as
// scikit-learn's KFold without shuffling).
std::vector<Words> ContiguousFolds(std::int32_t n, int k);

// Whole groups, in order of first appearance, cut into `k` contiguous runs of
// groups. Requires at least k groups.
std::vector<Words> GroupFolds(const std::vector<std::int64_t>& groups, int k);

// Words of `candidates` whose onset lies nearer than `seconds` to the onset of a
// word of `near` in the same session (METHOD, purge).
Words WordsNear(const FoldInputs& inputs, const Words& candidates, const Words& near,
                double seconds);

// The folds of `spec`, with inner folds where alphas are chosen by them. Appends
// a problem and returns nothing where a fold would have no words to train or
// test on.
std::vector<OuterFold> MakeFolds(const FoldInputs& inputs, const AlignmentSpec& spec,
                                 std::vector<FieldProblem>& problems);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_FOLDS_H_
