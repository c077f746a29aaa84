#ifndef BRAINALIGN_CORE_INFERENCE_PAIRED_TEST_H_
#define BRAINALIGN_CORE_INFERENCE_PAIRED_TEST_H_

#include <cstdint>

#include "core/inference/blocks.h"
#include "core/inference/null_tests.h"
#include "core/inference/paired_result.h"

namespace brainalign {

// Both scores (L, T) with the same times and depths; both influences (B, L * T) from CentreInFolds,
// of the same blocks.
PairedTest TestPair(const ScoreMatrix& first, const ScoreMatrix& second,
                    const BlockInfluence& first_influence, const BlockInfluence& second_influence,
                    std::uint64_t seed, int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_PAIRED_TEST_H_
