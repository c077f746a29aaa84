#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_LEVERAGE_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_LEVERAGE_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/segments.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Number of words in a sample. If there are fewer than twice as many, the sample is all words.
constexpr std::int64_t kSampledWords = 2048;

// In leave-one-out the squared residual of a word has the weight 1 / (1 - h)^2. h is the word's
// leverage, intercept included: h = 1 / n_train + x'(G + alpha I)^-1 x, x about the training mean
// (docs/method.md, "Leave-one-out").

// The weight less 1, without cancellation.
template <typename T>
T ExcessOf(T leverage) {
  const T left = T(1) - leverage;
  return leverage * (T(2) - leverage) / (left * left);
}

// Up to this mean fourth power over the square of the mean square, numbers are of similar size.
constexpr double kUsualKurtosis = 6.0;

// The spread of `count` numbers of mean 0, from the sums of their squares and fourth powers, for
// bounds that assume many numbers of similar size. It is the root of the mean square, and more if a
// few numbers make up most of it. (For normal variates the mean fourth power is 3 times the square
// of the mean square.)
inline double SpreadOfMany(double squares, double fourths, double count) {
  const double kurtosis = squares > 0 ? count * fourths / (squares * squares) : 0.0;
  return std::sqrt(squares / count * std::max(1.0, kurtosis / kUsualKurtosis));
}

// Mean and spread of the weights less 1 over the training words, for each alpha.
struct LeaveOneOutMoments {
  Vector mean;    // (A)
  Vector spread;  // (A) SpreadOfMany, about the mean
};

template <typename T>
struct LeaveOneOutWeights {
  // (n, A) by position: the weight less 1. It is -1 for words that are not training words, and for
  // LeftOutWords.
  RowMatrix<T> excess;
  // (n, p) The words about the training mean, in the fit's basis, leading direction first. Empty if
  // T is float.
  RowMatrix<float> rotated;
  LeaveOneOutMoments moments;
};

// Of the fit `ridge` (Ridge::Basis::kEigen) on the training words of `sets`.
template <typename T>
LeaveOneOutWeights<T> MakeLeaveOneOutWeights(const Ridge& ridge, const ColMatrix<T>& features,
                                             const FoldSets& sets,
                                             const std::vector<double>& alphas);

// `excess` (n, A) of the weights of LeaveOneOutWeights; -1 for words that are not training words,
// of which there are `train_count`.
LeaveOneOutMoments MomentsOfWeights(const RowMatrix<double>& excess, double train_count);

// Leverages of some of the training words, spread evenly over all.
struct LeverageSample {
  std::vector<std::int32_t> positions;  // in the order of TrainRanges
  RowMatrix<float> leverage;            // (positions, A)
};

// Sets the weights of the training words at `positions` to 0.
void GiveNoWeight(const std::vector<std::int32_t>& positions, double train_count,
                  LeaveOneOutWeights<double>& weights);

// Leverages of the fit `ridge` (Ridge::Basis::kEigen) for up to 2 kSampledWords training words of
// `sets`.
LeverageSample SampleLeverages(const Ridge& ridge, const ColMatrix<float>& features,
                               const FoldSets& sets, const std::vector<double>& alphas);

// Ranges [begin, end) of neighbouring positions that hold training words only.
std::vector<std::pair<std::int32_t, std::int32_t>> TrainRanges(const FoldSets& sets);

// The mean leverage over the training words. It follows from the eigenvalues.
double MeanLeverage(const Ridge& ridge, double alpha);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_LEVERAGE_H_
