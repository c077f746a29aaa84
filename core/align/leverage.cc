#include "core/align/leverage.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 1024;

// How many of the smallest directions need double precision: a word's component
// in direction j carries a rounding error of about `epsilon` times its length,
// which must not show beside the direction's spread sqrt(value / n).
Eigen::Index DelicateDirections(const Ridge& ridge, double longest, double words) {
  const double error = 4.0 * std::numeric_limits<float>::epsilon() * longest;
  constexpr double kVisible = 1e-4;
  const double threshold = words * (error / kVisible) * (error / kVisible);
  const Vector& values = ridge.eigenvalues();  // ascending
  Eigen::Index count = 0;
  while (count < values.size() && values(count) < threshold) ++count;
  return count;
}

// Calls `of_rows(begin, size)` for stretches of the positions among which the training
// words are.
template <typename OfRows>
void ForEachRange(const FoldSets& sets, const OfRows& of_rows) {
  for (const WordSet& part : sets.parts) {
    for (const auto& [begin, end] : part.ranges) {
      for (Eigen::Index row = begin; row < end; row += kRowsAtOnce) {
        of_rows(row, std::min<Eigen::Index>(kRowsAtOnce, end - row));
      }
    }
  }
}

}  // namespace

template <typename T>
LeaveOneOutWeights<T> MakeLeaveOneOutWeights(const Ridge& ridge, const ColMatrix<T>& features,
                                             const FoldSets& sets,
                                             const std::vector<double>& alphas) {
  const auto count = static_cast<Eigen::Index>(alphas.size());
  const Eigen::Index p = features.cols();
  Matrix inverse(p, count);  // 1 / (eigenvalue + alpha)
  for (Eigen::Index a = 0; a < count; ++a) {
    inverse.col(a) =
        (ridge.eigenvalues().array() + alphas[static_cast<std::size_t>(a)]).inverse().matrix();
  }
  Eigen::Index delicate = p;
  if constexpr (std::is_same_v<T, float>) {
    double longest = 0;
    ForEachRange(sets, [&](Eigen::Index begin, Eigen::Index size) {
      longest = std::max<double>(
          longest, features.middleRows(begin, size).rowwise().squaredNorm().maxCoeff());
    });
    const double widest = ridge.rotation().colwise().norm().maxCoeff();
    delicate = DelicateDirections(ridge, std::sqrt(longest) * widest, ridge.train_count());
  }
  const Matrix exact = ridge.rotation().leftCols(delicate);
  const ColMatrix<T> fast = ridge.rotation().rightCols(p - delicate).template cast<T>();
  const Eigen::RowVectorXd origin = ridge.train_mean().transpose() * ridge.rotation();
  const Eigen::Matrix<T, 1, Eigen::Dynamic> fast_origin =
      origin.tail(p - delicate).template cast<T>();
  const RowMatrix<T> fast_inverse = inverse.bottomRows(p - delicate).template cast<T>();

  LeaveOneOutWeights<T> weights;
  weights.excess = RowMatrix<T>::Constant(features.rows(), count, T(-1));
  if (std::is_same_v<T, double>) weights.turned.setZero(features.rows(), p);
  Matrix turned;
  RowMatrix<T> fast_turned;
  RowMatrix<T> leverage;
  ForEachRange(sets, [&](Eigen::Index row, Eigen::Index size) {
    leverage.resize(size, count);
    leverage.setConstant(static_cast<T>(1.0 / ridge.train_count()));
    if (delicate > 0) {
      turned.noalias() = features.middleRows(row, size).template cast<double>() * exact;
      turned.rowwise() -= origin.head(delicate);
      if (weights.turned.size() > 0) weights.turned.middleRows(row, size) = turned.cast<float>();
      turned = turned.array().square();
      leverage += (turned * inverse.topRows(delicate)).template cast<T>();
    }
    if (delicate < p) {
      fast_turned.resize(size, p - delicate);
      fast_turned.noalias() = features.middleRows(row, size) * fast;
      fast_turned = (fast_turned.rowwise() - fast_origin).array().square();
      leverage.noalias() += fast_turned * fast_inverse;
    }
    // 1 / (1 - h)^2 - 1 without cancellation.
    weights.excess.middleRows(row, size) =
        (leverage.array() * (T(2) - leverage.array()) / (T(1) - leverage.array()).square())
            .matrix();
  });
  for (const WordSet& part : sets.parts) {
    for (const std::int32_t position : part.removed)
      weights.excess.row(position).setConstant(T(-1));
  }
  weights.largest =
      (weights.excess.colwise().maxCoeff().template cast<double>().array() + 1.0).matrix();
  if (weights.turned.size() == 0) {
    weights.feature_squares = features.colwise().squaredNorm().template cast<double>();
  }
  return weights;
}

#define BRAINALIGN_INSTANTIATE(T)                           \
  template LeaveOneOutWeights<T> MakeLeaveOneOutWeights<T>( \
      const Ridge&, const ColMatrix<T>&, const FoldSets&, const std::vector<double>&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
