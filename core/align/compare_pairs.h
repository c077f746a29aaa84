#ifndef BRAINALIGN_CORE_ALIGN_COMPARE_PAIRS_H_
#define BRAINALIGN_CORE_ALIGN_COMPARE_PAIRS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "core/align/compare.h"

namespace brainalign {

// A p value adjusted over all pairs that have one (core/inference/multiple_tests.h). Nothing for a
// pair without a p.
struct AdjustedP {
  std::optional<double> bh;    // false discovery rate, Benjamini and Hochberg (1995)
  std::optional<double> holm;  // family-wise, Holm (1979)
};

// Two of several results: first less second.
struct ComparedPair {
  std::size_t first = 0;  // numbers of the results, from 0
  std::size_t second = 0;
  Comparison comparison;
  AdjustedP alignment_p;  // of PairedTest::alignment_p
  AdjustedP slope_p;      // of PairedTest::slope_p
};

// Sets the adjusted p values of all pairs. Call it once `comparison` of each is there.
void AdjustOverPairs(std::vector<ComparedPair>& pairs);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_COMPARE_PAIRS_H_
