#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_LEVERAGE_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_LEVERAGE_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/segments.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Weights of words' squared residuals in leave-one-out are 1 / (1 - h)^2, h the leverage, which
// includes the intercept: 1 / n_train + x'(G + alpha I)^-1 x about the training mean.

// Weight less 1, without cancellation.
template <typename T>
T ExcessOf(T leverage) {
  const T left = T(1) - leverage;
  return leverage * (T(2) - leverage) / (left * left);
}

// Of the weights less 1 over the training words.
struct LeaveOneOutMoments {
  Vector mean;       // (A)
  Vector deviation;  // (A)
};

template <typename T>
struct LeaveOneOutWeights {
  // (n, A) by position: weight - 1; -1 for words not trained on.
  RowMatrix<T> excess;
  // (n, p) The words in the fit's basis, leading directions first, about the training mean, where
  // words are few enough to keep them (T = double); else empty.
  RowMatrix<float> turned;
  LeaveOneOutMoments moments;
};

// Of the fit `ridge` (Ridge::Basis::kEigen) on the training words of `sets`.
template <typename T>
LeaveOneOutWeights<T> MakeLeaveOneOutWeights(const Ridge& ridge, const ColMatrix<T>& features,
                                             const FoldSets& sets,
                                             const std::vector<double>& alphas);

// Of some of the training words, spread evenly over them.
struct LeverageSample {
  std::vector<std::int32_t> positions;  // in the order of TrainRanges
  RowMatrix<float> leverage;            // (positions, A)
};

LeverageSample SampleLeverages(const Ridge& ridge, const ColMatrix<float>& features,
                               const FoldSets& sets, const std::vector<double>& alphas);

// Stretches of neighbouring positions that are all trained on.
std::vector<std::pair<std::int32_t, std::int32_t>> TrainRanges(const FoldSets& sets);

// The mean over the training words, which follows from the eigenvalues.
double MeanLeverage(const Ridge& ridge, double alpha);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_LEVERAGE_H_
