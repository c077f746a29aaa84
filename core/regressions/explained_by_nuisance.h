#ifndef BRAINALIGN_CORE_REGRESSIONS_EXPLAINED_BY_NUISANCE_H_
#define BRAINALIGN_CORE_REGRESSIONS_EXPLAINED_BY_NUISANCE_H_

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/problem_size.h"
#include "core/problem/spec.h"
#include "core/problem/work.h"

namespace brainalign {

// (n, d) What `nuisance` (n, c) predicts of `activations` (n, d) about their means: one ridge
// regression over all words, on standardised nuisance. Each column has the penalty of 1e-4 .. 1e8
// with the least generalised cross-validation error, whatever the penalties of `spec` are. Errors:
// INTERNAL for a numerical failure.
absl::StatusOr<Matrix> ExplainedByNuisance(const RowMatrixRef<double>& nuisance,
                                           const RowMatrixRef<double>& activations,
                                           const AlignmentSpec& spec);

// Bytes that it needs with its result, and its work.
double ExplainedByNuisanceBytes(const ProblemSize& size, double columns);
Work ExplainedByNuisanceWork(const ProblemSize& size, double columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_EXPLAINED_BY_NUISANCE_H_
