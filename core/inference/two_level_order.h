#ifndef BRAINALIGN_CORE_INFERENCE_TWO_LEVEL_ORDER_H_
#define BRAINALIGN_CORE_INFERENCE_TWO_LEVEL_ORDER_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/inference/blocks.h"
#include "core/inference/null_tests.h"

namespace brainalign {

// From this many degrees of freedom on the second level is left out: p_order needs none there.
constexpr int kTwoLevelDegrees = 100;

// Adds the p of two levels of draws to `test`, which TestOrder has made of the same arguments
// (docs/uncertainty.md, "Order with few blocks"; Beran, Biometrika 1987). Draws of the first level
// are data of their own: blocks drawn anew, a common time course and an influence estimated from
// them, and inner draws around that. The p is the share of them whose own p is as small as the one
// seen. `influence` (B, L * T) from CentreInFolds, `fold_of_block` (B). Adds nothing without a p,
// without degrees of freedom, or from kTwoLevelDegrees on. INTERNAL if LAPACK does not converge.
absl::Status AddSecondLevel(const ScoreMatrix& seen, const BlockInfluence& influence,
                            const std::vector<int>& fold_of_block, std::uint64_t seed, int draws,
                            OrderTest& test);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_TWO_LEVEL_ORDER_H_
