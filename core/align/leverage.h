#ifndef BRAINALIGN_CORE_ALIGN_LEVERAGE_H_
#define BRAINALIGN_CORE_ALIGN_LEVERAGE_H_

#include <vector>

#include "core/align/matrix_types.h"
#include "core/align/ridge.h"
#include "core/align/segments.h"

namespace brainalign {

// Weights 1 / (1 - leverage)^2 of words' squared residuals in leave-one-out; the
// leverage includes the intercept: 1 / n_train + x'(G + alpha I)^-1 x about the
// training mean.
template <typename T>
struct LeaveOneOutWeights {
  // (n, A) by position: weight - 1, without cancellation; -1 for words not trained on.
  RowMatrix<T> excess;
  // (n, p) The words in the fit's basis, about the training mean, where words are few
  // enough to keep them (T = double); else empty.
  RowMatrix<float> turned;
  Vector largest;          // (A) the greatest weight
  Vector feature_squares;  // (p) sums of squares over all words, where `turned` is empty
};

// Of the fit `ridge` (Ridge::Basis::kEigen) on the training words of `sets`.
template <typename T>
LeaveOneOutWeights<T> MakeLeaveOneOutWeights(const Ridge& ridge, const ColMatrix<T>& features,
                                             const FoldSets& sets,
                                             const std::vector<double>& alphas);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LEVERAGE_H_
