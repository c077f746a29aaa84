#ifndef BRAINALIGN_CORE_INFERENCE_BLOCK_DRAWS_H_
#define BRAINALIGN_CORE_INFERENCE_BLOCK_DRAWS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "core/linalg/matrix_types.h"

namespace brainalign {

// Calls `visit` for each draw d in [0, draws), ascending, with E_d = sum over blocks b of
// g(d, b) U_b. U is `influence` (B, cells), centred in folds, and g(d, b) = NormalDraw(seed, d, b).
// `noise` (cells) lives until `visit` returns. Draws are made some at a time, so memory does not
// grow with their number.
void ForEachDraw(const RowMatrix<double>& influence, std::uint64_t seed, int draws,
                 const std::function<void(const double* noise)>& visit);

// For each draw, the largest |E_d| / standard error over the cells. A cell without error has none.
// `standard_errors` (cells).
std::vector<double> LargestStandardised(const RowMatrix<double>& influence,
                                        const std::vector<double>& standard_errors,
                                        std::uint64_t seed, int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_BLOCK_DRAWS_H_
