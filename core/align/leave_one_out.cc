#include "core/align/leave_one_out.h"

#include "core/align/held_bytes.h"

namespace brainalign {
namespace {

// Root mean squares of the weights' spread, over the square root of the words, that two sums
// must be apart to be told apart by the mean weight alone. Generous, for residuals with heavy
// tails; SettleNearTies notices where it is not enough.
constexpr double kDoubt = 16;

}  // namespace

template <typename T>
LeaveOneOut<T> LeaveOneOut<T>::Make(const Ridge& ridge, const ColMatrix<T>& features,
                                    const FoldSets& sets, const std::vector<double>& alphas) {
  LeaveOneOut loo;
  loo.alphas_ = alphas;
  loo.weights_ = MakeLeaveOneOutWeights(ridge, features, sets, alphas);
  // Words that are not trained on have an excess of -1.
  const RowMatrix<T>& excess = loo.weights_.excess;
  const auto words = static_cast<double>(sets.train_count);
  const double others = static_cast<double>(excess.rows()) - words;
  const auto wide = excess.template cast<double>();
  loo.mean_excess_ = (wide.colwise().sum().transpose().array() + others).matrix() / words;
  const Eigen::ArrayXd squares =
      (wide.rowwise() - loo.mean_excess_.transpose()).colwise().squaredNorm().transpose();
  const Eigen::ArrayXd spread =
      (squares - others * (1.0 + loo.mean_excess_.array()).square()).max(0.0).sqrt();
  loo.doubt_ = kDoubt / words * spread;
  return loo;
}

template <typename T>
Criterion LeaveOneOut<T>::Evaluate(const Ridge& ridge, const ColMatrix<T>& features,
                                   const RowMatrix<double>& b, const TargetStatistics& train,
                                   const RowMatrixRef<T>& targets,
                                   const SharedChoice* shared) const {
  Criterion criterion = ResidualSquares(ridge, b, train, alphas_);
  const Criterion doubt = doubt_.asDiagonal() * criterion;
  criterion.array().colwise() *= 1.0 + mean_excess_.array();
  SettleNearTies<T>(ridge, b, train, {features, targets, weights_}, alphas_, doubt, shared,
                    criterion);
  return criterion;
}

template <typename T>
std::int64_t LeaveOneOut<T>::held_bytes() const {
  return HeldBytes(alphas_) + HeldBytes(weights_.excess) + HeldBytes(weights_.turned) +
         HeldBytes(weights_.largest) + HeldBytes(weights_.feature_squares) +
         HeldBytes(mean_excess_) + HeldBytes(doubt_);
}

template class LeaveOneOut<float>;
template class LeaveOneOut<double>;

}  // namespace brainalign
