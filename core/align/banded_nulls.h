#ifndef BRAINALIGN_CORE_ALIGN_BANDED_NULLS_H_
#define BRAINALIGN_CORE_ALIGN_BANDED_NULLS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/align/observed_fits.h"
#include "core/align/planned_alignment.h"
#include "core/cancel.h"
#include "core/linalg/matrix_types.h"
#include "core/linalg/spare_matrices.h"
#include "core/planning/plan.h"
#include "core/problem/problem_size.h"

namespace brainalign {

// The inputs of a tile of nulls of nuisance and activations in bands.
struct BandsAtAlphas {
  const AlignmentProblem& problem;
  const RowMatrixRef<double> nuisance;         // (n, c) by position
  const RowMatrixRef<double> activations;      // (n, d) of the layer
  const std::vector<ObservedFits::Fit>& fits;  // of the tile's times, on `activations`
  const std::vector<double>& of_nuisance;      // (K, times, sensors) its score alone
  SpareMatrices<double>& spare;
};

// (null_count, 1, time_count) What the activations add to the nuisance in a tile of kNulls, which
// is of one layer. What nuisance explains of the activations stays with its words, and the rest is
// that of other words (docs/method.md, "Nuisance beside the activations"). Errors: INTERNAL for a
// numerical failure, CANCELLED if `cancel` was set.
absl::StatusOr<std::vector<double>> NullsOfBands(const BandsAtAlphas& of, const Tile& tile,
                                                 const CancelFlag& cancel);

// The bytes that it needs for `targets` targets at a time. `size`: from WithKnownAlphas, with one
// block of columns; `columns`: d.
double BandedNullsBytes(const ProblemSize& size, double columns, double targets);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BANDED_NULLS_H_
