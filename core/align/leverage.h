#ifndef BRAINALIGN_CORE_ALIGN_LEVERAGE_H_
#define BRAINALIGN_CORE_ALIGN_LEVERAGE_H_

#include <vector>

#include "core/align/matrix_types.h"
#include "core/align/ridge.h"

namespace brainalign {

// Leverage of each word (n) for each alpha in the fit of `ridge`, intercept
// included: 1 / n_train + x'(G + alpha I)^-1 x about the training mean. For a word
// that was not trained on, the same formula. Requires Ridge::Basis::kEigen.
template <typename T>
Matrix Leverages(const Ridge& ridge, const ColMatrix<T>& features,
                 const std::vector<double>& alphas);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LEVERAGE_H_
