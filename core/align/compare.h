#ifndef BRAINALIGN_CORE_ALIGN_COMPARE_H_
#define BRAINALIGN_CORE_ALIGN_COMPARE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/inference/paired_result.h"

namespace brainalign {

// The part of an alignment that is needed to compare it with another one.
struct ComparedAlignment {
  std::vector<double> score;          // (L, T)
  std::vector<double> times_seconds;  // (T)
  std::vector<double> depth;          // (L)
  std::vector<std::string> layer_names;
  // (B, L, T) Sums over the words of each block of their influence, refit included; not centred.
  // Empty: it was not computed.
  std::vector<double> influence;
  // (J, L, T) AlignmentResult::alphas_influence; empty: not computed, or alphas are given.
  std::vector<double> alphas_influence = {};
  std::vector<int> fold_of_block;            // (B)
  std::vector<std::int64_t> words_of_block;  // (B)
  std::uint64_t words_fingerprint = 0;       // UncertaintyFacts::words_fingerprint
  std::string direction;                     // names, as of AlignmentSpec
  std::string metric;
  std::string where;                  // AlignmentSpec::where
  std::vector<std::string> nuisance;  // AlignmentSpec::nuisance. The two may differ in it.
};

// The part of `result` that Compare needs.
ComparedAlignment ComparedOf(const AlignmentResult& result);

// The result of Compare.
struct Comparison {
  PairedTest test;
  int blocks = 0;
  int df = 0;                          // blocks less folds
  bool blocks_are_correlated = false;  // NeighboursAreCorrelated of the difference
};

// First less second (docs/uncertainty.md, "Two models"). INVALID_ARGUMENT, with a sentence that
// calls them "the first" and "the second", if an influence is missing, a shape is wrong, a number
// is not finite, if they differ in direction, metric, where, layers, times, words or folds, or if
// they are the same result. Their depths may differ.
absl::StatusOr<Comparison> Compare(const ComparedAlignment& first, const ComparedAlignment& second,
                                   std::uint64_t seed, int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_COMPARE_H_
