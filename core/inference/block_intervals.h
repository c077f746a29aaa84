#ifndef BRAINALIGN_CORE_INFERENCE_BLOCK_INTERVALS_H_
#define BRAINALIGN_CORE_INFERENCE_BLOCK_INTERVALS_H_

#include <cstdint>
#include <vector>

#include "core/inference/blocks.h"
#include "core/inference/null_tests.h"

namespace brainalign {

// No interval is given below this many degrees of freedom (docs/uncertainty.md).
constexpr int kIntervalDegrees = 10;
// No simultaneous band and no family-wise p of a pair is given below this many.
constexpr int kSimultaneousDegrees = 40;

// 95 % intervals (docs/uncertainty.md, "Intervals"). `influence` (B, L * T) from CentreInFolds, or
// from AddAlphas; `standard_errors` (L * T): what the band is a multiple of. Intervals of times and
// slopes are estimate +- t_quantile * deviation of their draws, without undefined draws.
BlockIntervals IntervalsOf(const ScoreMatrix& seen, const BlockInfluence& influence,
                           const std::vector<double>& standard_errors, std::uint64_t seed,
                           int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_BLOCK_INTERVALS_H_
