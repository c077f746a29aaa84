#ifndef BRAINALIGN_CORE_INFERENCE_ORDER_TEST_H_
#define BRAINALIGN_CORE_INFERENCE_ORDER_TEST_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/inference/blocks.h"
#include "core/inference/null_tests.h"

namespace brainalign {

// (L * T) s_1 u_1 v_1' of the singular value decomposition of `score` (L, T), layer-major: the
// nearest matrix in which every layer has the same time course up to a gain. INTERNAL if LAPACK
// does not converge.
absl::StatusOr<std::vector<double>> CommonTimeCourse(const std::vector<double>& score,
                                                     std::size_t layers);

// Whether layers differ in time course in order of depth (docs/uncertainty.md, "Order"). Draws E_d
// around the common time course; p = (1 + #{|score of draw| >= |score seen|}) / (1 + draws).
// Undefined draws count as exceedances. `influence` (B, L * T) from CentreInFolds. Gives no p
// without degrees of freedom. INTERNAL as above.
absl::StatusOr<OrderTest> TestOrder(const ScoreMatrix& seen, const BlockInfluence& influence,
                                    std::uint64_t seed, int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_ORDER_TEST_H_
