#ifndef BRAINALIGN_CORE_INFERENCE_DETREND_H_
#define BRAINALIGN_CORE_INFERENCE_DETREND_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/folds.h"

namespace brainalign {

// (n, order + 1 or fewer) An orthonormal basis of the polynomials of degree 0..order (Legendre) of
// the position in a session: the onset of each of `members` (n), or its index in them without
// `onsets_seconds`. Columns that add nothing, as with fewer than order + 1 different positions, are
// left out. order >= 0.
Matrix PositionPolynomials(const Words& members, const std::vector<double>& onsets_seconds,
                           int order);

// Takes the polynomials out of every column of `columns` (w, c), session by session
// (docs/uncertainty.md, "Drift"). `sessions` from WordsOfSessions.
void Detrend(const std::vector<Words>& sessions, const std::vector<double>& onsets_seconds,
             int order, Matrix& columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_DETREND_H_
