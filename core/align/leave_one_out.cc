#include "core/align/leave_one_out.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/align/coefficient_loops.h"
#include "core/align/lapack.h"
#include "core/align/leverage.h"
#include "core/align/set_sums.h"

namespace brainalign {
namespace {

// Expected relative error of a leave-one-out sum that the expansion may leave.
constexpr double kTolerance = 1e-6;

// Standard deviations of what the expansion leaves in a sum that two sums must be
// apart to be told apart without the remainder. Generous, for residuals with
// heavy tails.
constexpr double kDoubt = 16;

constexpr Eigen::Index kRowsAtOnce = 1024;

// Sums over the training words of each fold in [first, last). `of_rows(begin,
// count)` gives those of neighbouring positions.
template <typename Sums, typename OfRows>
std::vector<Sums> TrainSums(const Segments& segments, std::size_t first, std::size_t last,
                            const OfRows& of_rows) {
  std::vector<Sums> segment_sums;
  for (int s = 0; s < segments.count(); ++s) {
    const std::int32_t begin = segments.begin[static_cast<std::size_t>(s)];
    const std::int32_t end = segments.begin[static_cast<std::size_t>(s) + 1];
    segment_sums.push_back(of_rows(begin, end - begin));
  }
  const auto at = [&](const std::vector<std::int32_t>& positions) {
    Sums sums = of_rows(positions.front(), 1);
    for (std::size_t i = 1; i < positions.size(); ++i) sums.Add(of_rows(positions[i], 1));
    return sums;
  };
  std::vector<Sums> of_folds;
  for (std::size_t k = first; k < last; ++k) {
    const std::vector<WordSet>& parts = segments.folds[k].parts;
    of_folds.push_back(AddSegments(segment_sums, parts.front(), at));
    for (std::size_t j = 1; j < parts.size(); ++j) {
      of_folds.back().Add(AddSegments(segment_sums, parts[j], at));
    }
  }
  return of_folds;
}

template <typename T>
ColMatrix<T> WeightedRows(const ColMatrix<T>& features, const Vector& weight, Eigen::Index begin,
                          Eigen::Index count) {
  return weight.segment(begin, count).cast<T>().asDiagonal() * features.middleRows(begin, count);
}

template <typename T>
typename LeaveOneOut<T>::FeatureSide FeatureSideOf(const ColMatrix<T>& features,
                                                   const Vector& weight, Eigen::Index begin,
                                                   Eigen::Index count) {
  typename LeaveOneOut<T>::FeatureSide side;
  const ColMatrix<T> weighted = WeightedRows(features, weight, begin, count);
  ColMatrix<T> xx(features.cols(), features.cols());
  xx.noalias() = weighted.transpose() * features.middleRows(begin, count);
  side.weight = weight.segment(begin, count).sum();
  side.x = weighted.colwise().sum().transpose().template cast<double>();
  side.xx = xx.template cast<double>();
  return side;
}

template <typename T>
typename LeaveOneOut<T>::TargetSide TargetSideOf(const ColMatrix<T>& features,
                                                 const RowMatrixRef<T>& targets,
                                                 const Vector& weight, Eigen::Index begin,
                                                 Eigen::Index count) {
  typename LeaveOneOut<T>::TargetSide side;
  const ColMatrix<T> weighted = WeightedRows(features, weight, begin, count);
  const auto rows = targets.middleRows(begin, count);
  RowMatrix<T> xy(features.cols(), targets.cols());
  xy.noalias() = weighted.transpose() * rows;
  side.xy = xy.template cast<double>();
  side.y = Eigen::ArrayXd::Zero(targets.cols());
  side.yy = Eigen::ArrayXd::Zero(targets.cols());
  for (Eigen::Index i = 0; i < count; ++i) {
    const auto value = rows.row(i).transpose().array().template cast<double>();
    side.y += weight(begin + i) * value;
    side.yy += weight(begin + i) * value.square();
  }
  return side;
}

}  // namespace

template <typename T>
void LeaveOneOut<T>::FeatureSide::Add(const FeatureSide& other) {
  weight += other.weight;
  x += other.x;
  xx += other.xx;
}

template <typename T>
void LeaveOneOut<T>::FeatureSide::Subtract(const FeatureSide& other) {
  weight -= other.weight;
  x -= other.x;
  xx -= other.xx;
}

template <typename T>
void LeaveOneOut<T>::TargetSide::Add(const TargetSide& other) {
  xy += other.xy;
  y += other.y;
  yy += other.yy;
}

template <typename T>
void LeaveOneOut<T>::TargetSide::Subtract(const TargetSide& other) {
  xy -= other.xy;
  y -= other.y;
  yy -= other.yy;
}

template <typename T>
std::optional<LeaveOneOut<T>> LeaveOneOut<T>::Make(const ColMatrix<T>& features,
                                                   const Segments& segments,
                                                   const std::vector<const Ridge*>& ridges,
                                                   const std::vector<double>& alphas,
                                                   Eigen::Index targets) {
  LeaveOneOut loo;
  loo.features_ = &features;
  loo.segments_ = &segments;
  loo.ridges_ = ridges;
  loo.alphas_ = alphas;

  // c^2 - 1 for each fold and alpha; a fold's other words take the mean of the
  // folds that train on them, so that they add nothing to expand.
  const auto count = static_cast<Eigen::Index>(alphas.size());
  const Eigen::Index words = features.rows();
  Matrix excess(words, static_cast<Eigen::Index>(ridges.size()) * count);
  Matrix sum = Matrix::Zero(words, count);
  Vector trained = Vector::Zero(words);
  std::vector<std::vector<bool>> in_train;
  for (std::size_t k = 0; k < ridges.size(); ++k) {
    auto of_fold = excess.middleCols(static_cast<Eigen::Index>(k) * count, count);
    of_fold = (1.0 - Leverages<T>(*ridges[k], features, alphas).array()).square().inverse() - 1.0;
    in_train.emplace_back(static_cast<std::size_t>(words), false);
    for (std::int32_t position : TrainPositions(segments, segments.folds[k])) {
      in_train[k][static_cast<std::size_t>(position)] = true;
      sum.row(position) += of_fold.row(position);
      trained(position) += 1;
    }
  }
  for (std::size_t k = 0; k < ridges.size(); ++k) {
    for (Eigen::Index position = 0; position < words; ++position) {
      if (in_train[k][static_cast<std::size_t>(position)]) continue;
      excess.row(position).segment(static_cast<Eigen::Index>(k) * count, count) =
          sum.row(position) / std::max(1.0, trained(position));
    }
  }
  if (!excess.allFinite()) return std::nullopt;  // a word of leverage 1
  loo.Expand(excess);
  if (!loo.IsWorthwhile(targets)) return std::nullopt;
  excess.noalias() -= loo.weights_ * loo.coefficients_;
  for (std::size_t k = 0; k < ridges.size(); ++k) {
    for (Eigen::Index position = 0; position < words; ++position) {
      if (in_train[k][static_cast<std::size_t>(position)]) continue;
      excess.row(position).segment(static_cast<Eigen::Index>(k) * count, count).setZero();
    }
  }
  // A sum of many small errors of either sign.
  loo.doubt_ = (kDoubt / static_cast<double>(words)) * excess.colwise().norm().transpose();
  loo.remainder_ = excess.cast<T>();
  loo.SumFeatures();
  return loo;
}

template <typename T>
void LeaveOneOut<T>::Expand(const Matrix& excess) {
  const auto words = static_cast<double>(excess.rows());
  const Matrix gram = excess.transpose() * excess;
  Vector values;
  Matrix vectors;
  const double allowed =
      kTolerance * kTolerance * words * words * static_cast<double>(excess.cols());
  Eigen::Index terms = excess.cols();
  if (SymmetricEigen(gram, values, vectors).ok()) {
    double left = 0;
    while (terms > 0 && left + std::max(values(excess.cols() - terms), 0.0) <= allowed) {
      left += std::max(values(excess.cols() - terms), 0.0);
      --terms;
    }
    coefficients_ = vectors.rightCols(terms).transpose();
  } else {
    coefficients_ = Matrix::Identity(terms, terms);
  }
  weights_.noalias() = excess * coefficients_.transpose();
}

template <typename T>
bool LeaveOneOut<T>::IsWorthwhile(Eigen::Index targets) const {
  const auto words = static_cast<double>(features_->rows());
  const auto p = static_cast<double>(features_->cols());
  const auto m = static_cast<double>(targets);
  const auto folds = static_cast<double>(ridges_.size());
  const auto alphas = static_cast<double>(alphas_.size());
  const auto terms = static_cast<double>(weights_.cols());
  // Multiplications in double precision; those of T over the words cost half in float.
  const double summing = terms * words * p * (p + m) * (sizeof(T) / 8.0);
  const double turning = folds * terms * (2 * p * p * p + p * p * m);
  const double expanded = summing + turning + folds * alphas * p * p * m;
  const double direct = folds * alphas * words * p * m;
  return expanded < direct;
}

template <typename T>
void LeaveOneOut<T>::SumFeatures() {
  gram_.assign(ridges_.size(), {});
  features_of_fold_.assign(ridges_.size(), {});
  for (Eigen::Index r = 0; r < weights_.cols(); ++r) {
    const Vector weight = weights_.col(r);
    std::vector<FeatureSide> sums = TrainSums<FeatureSide>(
        *segments_, 0, ridges_.size(), [&](Eigen::Index begin, Eigen::Index count) {
          return FeatureSideOf(*features_, weight, begin, count);
        });
    for (std::size_t k = 0; k < ridges_.size(); ++k) {
      const Ridge& ridge = *ridges_[k];
      FeatureSide& train = sums[k];
      const Vector& mean = ridge.train_mean();
      train.xx -= train.x * mean.transpose() + mean * train.x.transpose() -
                  train.weight * mean * mean.transpose();
      const Matrix half = train.xx * ridge.rotation();
      gram_[k].push_back(ridge.rotation().transpose() * half);
      train.xx.resize(0, 0);
      features_of_fold_[k].push_back(std::move(train));
    }
  }
}

template <typename T>
std::vector<std::vector<typename LeaveOneOut<T>::TargetSide>> LeaveOneOut<T>::SumTargets(
    const RowMatrixRef<T>& targets, int fold) const {
  const std::size_t first = fold < 0 ? 0 : static_cast<std::size_t>(fold);
  const std::size_t last = fold < 0 ? ridges_.size() : first + 1;
  std::vector<std::vector<TargetSide>> sums(ridges_.size());
  for (Eigen::Index r = 0; r < weights_.cols(); ++r) {
    const Vector weight = weights_.col(r);
    std::vector<TargetSide> of_folds =
        TrainSums<TargetSide>(*segments_, first, last, [&](Eigen::Index begin, Eigen::Index count) {
          return TargetSideOf(*features_, targets, weight, begin, count);
        });
    for (std::size_t k = first; k < last; ++k) sums[k].push_back(std::move(of_folds[k - first]));
  }
  return sums;
}

template <typename T>
Criterion LeaveOneOut<T>::Evaluate(int fold, const RowMatrix<double>& b,
                                   const TargetStatistics& train, const RowMatrixRef<T>& targets,
                                   const std::vector<TargetSide>& sums) const {
  const auto k = static_cast<std::size_t>(fold);
  const Ridge& ridge = *ridges_[k];
  const auto count = static_cast<Eigen::Index>(alphas_.size());

  // Each weight's sums about the training means, in the fold's basis.
  std::vector<RowMatrix<double>> products;
  std::vector<Eigen::ArrayXd> squares;
  for (std::size_t r = 0; r < sums.size(); ++r) {
    const FeatureSide& side = features_of_fold_[k][r];
    RowMatrix<double> centred = sums[r].xy;
    centred.noalias() -= ridge.train_mean() * sums[r].y.matrix().transpose();
    centred.noalias() -=
        (side.x - side.weight * ridge.train_mean()) * train.mean.matrix().transpose();
    products.push_back(ridge.Rotate(centred));
    squares.push_back(sums[r].yy - 2.0 * train.mean * sums[r].y +
                      side.weight * train.mean.square());
  }

  Criterion criterion = ResidualSquares(ridge, b, train, alphas_);
  RowMatrix<double> z;
  RowMatrix<double> product(b.rows(), b.cols());
  RowMatrix<double> turned(b.rows(), b.cols());
  Eigen::ArrayXd sum(b.cols());
  for (Eigen::Index a = 0; a < count; ++a) {
    Matrix gram = Matrix::Zero(b.rows(), b.rows());
    product.setZero();
    sum.setZero();
    for (std::size_t r = 0; r < sums.size(); ++r) {
      const double coefficient = coefficients_(static_cast<Eigen::Index>(r), fold * count + a);
      gram += coefficient * gram_[k][r];
      product += coefficient * products[r];
      sum += coefficient * squares[r];
    }
    ridge.Solve(alphas_[static_cast<std::size_t>(a)], b, z);
    turned.noalias() = gram * z;
    turned -= 2.0 * product;
    AddColumnProducts(static_cast<std::size_t>(z.rows()), static_cast<std::size_t>(z.cols()),
                      z.data(), turned.data(), sum.data());
    criterion.row(a).array() += sum.transpose();
  }
  AddRemainder(fold, b, train, targets, criterion);
  return criterion;
}

template <typename T>
void LeaveOneOut<T>::AddRemainder(int fold, const RowMatrix<double>& b,
                                  const TargetStatistics& train, const RowMatrixRef<T>& targets,
                                  Criterion& criterion) const {
  const Ridge& ridge = *ridges_[static_cast<std::size_t>(fold)];
  const auto doubt = doubt_.segment(fold * criterion.rows(), criterion.rows()).array();
  const Eigen::RowVectorXd bound =
      (criterion.array().colwise() * (1.0 + doubt)).colwise().minCoeff();
  const auto contends = [&](Eigen::Index a, Eigen::Index target) {
    return criterion(a, target) * (1.0 - doubt(a)) <= bound(target);
  };
  std::vector<std::vector<Eigen::Index>> contenders(static_cast<std::size_t>(criterion.rows()));
  for (Eigen::Index target = 0; target < criterion.cols(); ++target) {
    Eigen::Index count = 0;
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) count += contends(a, target);
    if (count < 2) continue;
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
      if (contends(a, target)) contenders[static_cast<std::size_t>(a)].push_back(target);
    }
  }
  RowMatrix<double> part;
  RowMatrix<double> z;
  RowMatrix<T> residual;
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
    const std::vector<Eigen::Index>& columns = contenders[static_cast<std::size_t>(a)];
    if (columns.empty()) continue;
    part = b(Eigen::all, columns);
    ridge.Solve(alphas_[static_cast<std::size_t>(a)], part, z);
    const Matrix weights = ridge.rotation() * z;
    const ColMatrix<T> narrow = weights.cast<T>();
    const Eigen::RowVectorXd mean = train.mean.matrix().transpose()(columns);
    const Eigen::Matrix<T, 1, Eigen::Dynamic> offset =
        (mean - ridge.train_mean().transpose() * weights).template cast<T>();
    Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(mean.size());
    const auto remainder = remainder_.col(fold * static_cast<Eigen::Index>(alphas_.size()) + a);
    for (Eigen::Index row = 0; row < targets.rows(); row += kRowsAtOnce) {
      const Eigen::Index count = std::min(kRowsAtOnce, targets.rows() - row);
      residual.resize(count, static_cast<Eigen::Index>(columns.size()));
      for (Eigen::Index i = 0; i < count; ++i) {
        const T* of_word = targets.row(row + i).data();
        for (std::size_t c = 0; c < columns.size(); ++c) {
          residual(i, static_cast<Eigen::Index>(c)) = of_word[columns[c]];
        }
      }
      residual.rowwise() -= offset;
      residual.noalias() -= features_->middleRows(row, count) * narrow;
      residual = residual.array().square();
      sum += (remainder.segment(row, count).transpose() * residual).template cast<double>();
    }
    for (std::size_t c = 0; c < columns.size(); ++c) {
      criterion(a, columns[c]) += sum(static_cast<Eigen::Index>(c));
    }
  }
}

template class LeaveOneOut<float>;
template class LeaveOneOut<double>;

}  // namespace brainalign
