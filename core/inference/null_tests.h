#ifndef BRAINALIGN_CORE_INFERENCE_NULL_TESTS_H_
#define BRAINALIGN_CORE_INFERENCE_NULL_TESTS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "core/inference/uncertainty_result.h"
#include "core/linalg/matrix_types.h"

namespace brainalign {

// An observed layer x time matrix, layer-major, with its times and depths.
struct ScoreMatrix {
  std::vector<double> score;          // (L, T)
  std::vector<double> times_seconds;  // (T)
  std::vector<double> depth;          // (L)

  std::size_t layers() const { return depth.size(); }
};

// The same matrix computed of shifted or swapped activations: a row for each null, laid out as
// ScoreMatrix::score.
using MatrixDraws = RowMatrix<double>;  // (draws, L * T)

// Share of draws, the observed one among them, that are at least as large: (1 + #{null >= seen}) /
// (1 + n). A draw within 1e-12 of `seen` counts.
double ExceedanceP(const std::vector<double>& null, double seen);

// The same of absolute values. An undefined draw counts as an exceedance. Nothing if `seen` is
// undefined.
std::optional<double> TwoSidedExceedanceP(const std::vector<double>& null, double seen);

// p values of the null of no relation (docs/uncertainty.md, "The null of no relation"). Requires
// finite numbers, and null with L * T columns and at least one row.
NoRelationTests TestNoRelation(const ScoreMatrix& seen, const MatrixDraws& null);

// The p of the largest score alone, for swaps of sessions. Requires the same.
NoRelationTests TestLargestScore(const ScoreMatrix& seen, const MatrixDraws& null);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_NULL_TESTS_H_
