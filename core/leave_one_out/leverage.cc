#include "core/leave_one_out/leverage.h"

#include <algorithm>
#include <limits>
#include <type_traits>

namespace brainalign {
namespace {

constexpr Eigen::Index kLeverageRowsAtOnce = 1024;

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

// Leverages of words for every alpha.
template <typename T>
class Leverages {
 public:
  // `longest`: the greatest length of a word's features.
  Leverages(const Ridge& ridge, const std::vector<double>& alphas, double longest)
      : intercept_(static_cast<T>(1.0 / ridge.train_count())) {
    const Eigen::Index p = ridge.rotation().rows();
    const auto count = static_cast<Eigen::Index>(alphas.size());
    inverse_.resize(p, count);
    for (Eigen::Index a = 0; a < count; ++a) {
      inverse_.col(a) =
          (ridge.eigenvalues().array() + alphas[static_cast<std::size_t>(a)]).inverse().matrix();
    }
    Eigen::Index delicate = p;
    if constexpr (std::is_same_v<T, float>) {
      const double widest = ridge.rotation().colwise().norm().maxCoeff();
      delicate = DelicateDirections(ridge, longest * widest, ridge.train_count());
    }
    exact_ = ridge.rotation().leftCols(delicate);
    exact_origin_ = ridge.train_mean().transpose() * exact_;
    fast_ = ridge.rotation().rightCols(p - delicate).template cast<T>();
    fast_origin_ = (ridge.train_mean().transpose() * ridge.rotation().rightCols(p - delicate))
                       .template cast<T>();
    fast_inverse_ = inverse_.bottomRows(p - delicate).template cast<T>();
  }

  // (words, A) Of rows of features (words, p). With `keep_rotated`, rotated() are the words in the
  // basis, as far as they are rotated in double precision.
  const RowMatrix<T>& Of(const Eigen::Ref<const ColMatrix<T>, 0, Eigen::OuterStride<>>& rows,
                         RowMatrix<float>* rotated, Eigen::Index first) {
    leverage_.resize(rows.rows(), inverse_.cols());
    leverage_.setConstant(intercept_);
    const Eigen::Index delicate = exact_.cols();
    if (delicate > 0) {
      rotated_.noalias() = rows.template cast<double>() * exact_;
      rotated_.rowwise() -= exact_origin_;
      if (rotated)
        rotated->middleRows(first, rows.rows()) = rotated_.rowwise().reverse().cast<float>();
      rotated_ = rotated_.array().square();
      leverage_ += (rotated_ * inverse_.topRows(delicate)).template cast<T>();
    }
    if (fast_.cols() > 0) {
      fast_turned_.resize(rows.rows(), fast_.cols());
      fast_turned_.noalias() = rows * fast_;
      fast_turned_ = (fast_turned_.rowwise() - fast_origin_).array().square();
      leverage_.noalias() += fast_turned_ * fast_inverse_;
    }
    return leverage_;
  }

 private:
  const T intercept_;
  Matrix inverse_;  // (p, A) 1 / (eigenvalue + alpha)
  Matrix exact_;    // the delicate directions of the rotation
  Eigen::RowVectorXd exact_origin_;
  ColMatrix<T> fast_;  // the others
  Eigen::Matrix<T, 1, Eigen::Dynamic> fast_origin_;
  RowMatrix<T> fast_inverse_;
  Matrix rotated_;
  RowMatrix<T> fast_turned_;
  RowMatrix<T> leverage_;
};

// Words that are not trained on have an excess of -1.
template <typename T>
LeaveOneOutMoments MomentsOf(const RowMatrix<T>& excess, double words) {
  const double others = static_cast<double>(excess.rows()) - words;
  const auto wide = excess.template cast<double>();
  LeaveOneOutMoments moments;
  moments.mean = (wide.colwise().sum().transpose().array() + others).matrix() / words;
  moments.spread.resize(moments.mean.size());
  for (Eigen::Index a = 0; a < moments.mean.size(); ++a) {
    const auto squares = (wide.col(a).array() - moments.mean(a)).square();
    const double of_others = (1.0 + moments.mean(a)) * (1.0 + moments.mean(a));
    moments.spread(a) =
        SpreadOfMany(std::max(0.0, squares.sum() - others * of_others),
                     std::max(0.0, squares.square().sum() - others * of_others * of_others), words);
  }
  return moments;
}

}  // namespace

std::vector<std::pair<std::int32_t, std::int32_t>> TrainRanges(const FoldSets& sets) {
  std::vector<std::pair<std::int32_t, std::int32_t>> ranges;
  for (const WordSet& part : sets.parts) {
    auto removed = part.removed.begin();
    for (const auto& [begin, end] : part.ranges) {
      std::int32_t from = begin;
      removed = std::lower_bound(removed, part.removed.end(), begin);
      for (; removed != part.removed.end() && *removed < end; ++removed) {
        if (*removed > from) ranges.emplace_back(from, *removed);
        from = *removed + 1;
      }
      if (end > from) ranges.emplace_back(from, end);
    }
  }
  return ranges;
}

double MeanLeverage(const Ridge& ridge, double alpha) {
  const Eigen::ArrayXd values = ridge.eigenvalues().array();
  return (1.0 + (values / (values + alpha)).sum()) / ridge.train_count();
}

template <typename T>
LeaveOneOutWeights<T> MakeLeaveOneOutWeights(const Ridge& ridge, const ColMatrix<T>& features,
                                             const FoldSets& sets,
                                             const std::vector<double>& alphas) {
  const auto count = static_cast<Eigen::Index>(alphas.size());
  const auto ranges = TrainRanges(sets);
  double longest = 0;
  if constexpr (std::is_same_v<T, float>) {
    for (const auto& [begin, end] : ranges) {
      longest = std::max<double>(
          longest, features.middleRows(begin, end - begin).rowwise().squaredNorm().maxCoeff());
    }
  }
  Leverages<T> leverages(ridge, alphas, std::sqrt(longest));
  LeaveOneOutWeights<T> weights;
  weights.excess = RowMatrix<T>::Constant(features.rows(), count, T(-1));
  if (std::is_same_v<T, double>) weights.rotated.setZero(features.rows(), features.cols());
  RowMatrix<float>* const rotated = weights.rotated.size() > 0 ? &weights.rotated : nullptr;
  for (const auto& [begin, end] : ranges) {
    for (Eigen::Index row = begin; row < end; row += kLeverageRowsAtOnce) {
      const Eigen::Index size = std::min<Eigen::Index>(kLeverageRowsAtOnce, end - row);
      weights.excess.middleRows(row, size) =
          leverages.Of(features.middleRows(row, size), rotated, row).unaryExpr(&ExcessOf<T>);
    }
  }
  weights.moments = MomentsOf(weights.excess, ridge.train_count());
  return weights;
}

LeaveOneOutMoments MomentsOfWeights(const RowMatrix<double>& excess, double train_count) {
  return MomentsOf(excess, train_count);
}

void GiveNoWeight(const std::vector<std::int32_t>& positions, double train_count,
                  LeaveOneOutWeights<double>& weights) {
  if (positions.empty()) return;
  for (const std::int32_t position : positions) weights.excess.row(position).setConstant(-1.0);
  weights.moments = MomentsOf(weights.excess, train_count);
}

LeverageSample SampleLeverages(const Ridge& ridge, const ColMatrix<float>& features,
                               const FoldSets& sets, const std::vector<double>& alphas) {
  LeverageSample sample;
  const std::int64_t step = std::max<std::int64_t>(1, sets.train_count / kSampledWords);
  std::int64_t next = 0;  // counted from the beginning of a range
  for (const auto& [begin, end] : TrainRanges(sets)) {
    for (; begin + next < end; next += step) {
      sample.positions.push_back(static_cast<std::int32_t>(begin + next));
    }
    next -= end - begin;
  }
  const ColMatrix<float> rows = features(sample.positions, Eigen::all);
  Leverages<float> leverages(ridge, alphas, std::sqrt(rows.rowwise().squaredNorm().maxCoeff()));
  sample.leverage = leverages.Of(rows, nullptr, 0);
  return sample;
}

#define BRAINALIGN_INSTANTIATE(T)                           \
  template LeaveOneOutWeights<T> MakeLeaveOneOutWeights<T>( \
      const Ridge&, const ColMatrix<T>&, const FoldSets&, const std::vector<double>&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
