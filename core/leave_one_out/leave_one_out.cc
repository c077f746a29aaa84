#include "core/leave_one_out/leave_one_out.h"

#include <cmath>
#include <type_traits>

#include "core/leave_one_out/few_words_judge.h"
#include "core/leave_one_out/many_words_judge.h"
#include "core/linalg/held_bytes.h"

namespace brainalign {
namespace {

// From a sample of the leverages, whose mean over all words is known.
LeaveOneOutMoments MomentsOf(const LeverageSample& sample, const Ridge& ridge,
                             const std::vector<double>& alphas) {
  const Matrix leverage = sample.leverage.cast<double>();
  LeaveOneOutMoments moments = {Vector(leverage.cols()), Vector(leverage.cols())};
  for (Eigen::Index a = 0; a < leverage.cols(); ++a) {
    const auto of_words = leverage.col(a).array();
    const double mean = MeanLeverage(ridge, alphas[Size(a)]);
    const Eigen::ArrayXd excess = of_words.unaryExpr(&ExcessOf<double>);
    // To first order the excess follows the leverage; a sample has to tell of the rest only.
    const double slope = 2.0 / std::pow(1.0 - mean, 3);
    moments.mean(a) = (excess - slope * (of_words - mean)).mean();
    moments.deviation(a) = std::sqrt((excess - moments.mean(a)).square().mean());
  }
  return moments;
}

}  // namespace

template <typename T>
LeaveOneOut<T> LeaveOneOut<T>::Make(const Ridge& ridge, const ColMatrix<T>& features,
                                    const FoldSets& sets, const std::vector<double>& alphas) {
  LeaveOneOut loo;
  loo.alphas_ = alphas;
  loo.sets_ = sets;
  const auto words = static_cast<double>(sets.train_count);
  LeaveOneOutMoments moments;
  if constexpr (std::is_same_v<T, float>) {
    loo.sample_ = SampleLeverages(ridge, features, sets, alphas);
    moments = MomentsOf(loo.sample_, ridge, alphas);
  } else {
    loo.weights_ = MakeLeaveOneOutWeights(ridge, features, sets, alphas);
    moments = loo.weights_.moments;
  }
  loo.mean_excess_ = moments.mean;
  loo.doubt_ = kDoubt / std::sqrt(words) * moments.deviation;
  return loo;
}

template <typename T>
Criterion LeaveOneOut<T>::Evaluate(const Ridge& ridge, const ColMatrix<T>& features,
                                   const RowMatrix<double>& b, const TargetStatistics& train,
                                   const RowMatrixRef<T>& targets,
                                   const SharedChoice* shared) const {
  const Criterion residual_squares = ResidualSquares(ridge, b, train, alphas_);
  const Criterion doubt = doubt_.asDiagonal() * residual_squares;
  Criterion criterion = (1.0 + mean_excess_.array()).matrix().asDiagonal() * residual_squares;
  const ContestInputs<T> inputs = {ridge, features, b, train, targets, alphas_};
  if constexpr (std::is_same_v<T, float>) {
    SettleNearTies(ManyWordsJudge(inputs, sets_, sample_, residual_squares), doubt, shared,
                   criterion);
  } else {
    SettleNearTies(FewWordsJudge(inputs, sets_, weights_, residual_squares), doubt, shared,
                   criterion);
  }
  return criterion;
}

template <typename T>
std::int64_t LeaveOneOut<T>::held_bytes() const {
  std::int64_t bytes = HeldBytes(alphas_) + HeldBytes(weights_.excess) +
                       HeldBytes(weights_.turned) + HeldBytes(weights_.moments.mean) +
                       HeldBytes(weights_.moments.deviation) + HeldBytes(sample_.positions) +
                       HeldBytes(sample_.leverage) + HeldBytes(mean_excess_) + HeldBytes(doubt_);
  for (const WordSet& part : sets_.parts) bytes += HeldBytes(part.removed);
  return bytes;
}

template class LeaveOneOut<float>;
template class LeaveOneOut<double>;

}  // namespace brainalign
