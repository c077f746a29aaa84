#include "core/align/leave_one_out.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/align/coefficient_loops.h"
#include "core/align/lapack.h"
#include "core/align/leave_one_out_residuals.h"
#include "core/align/leverage.h"
#include "core/align/set_sums.h"
#include "core/align/solution_expansion.h"

namespace brainalign {
namespace {

// Root mean square share of the weights' spread that their expansion may leave, over
// the square root of the words: what it leaves in a sum, relative to how sums of
// neighbouring alphas differ. The smaller, the more terms; the larger, the more
// choices are left to the words themselves.
constexpr double kTolerance = 0.0027;

// Standard deviations of what the expansion leaves in a sum that two sums must be
// apart to be told apart without what it leaves. Generous, for residuals with
// heavy tails.
constexpr double kDoubt = 16;

// Share of what the varying part of the weights adds to a sum that products in
// single precision may be off by.
constexpr double kSinglePrecision = 1e-5;

constexpr Eigen::Index kRowsAtOnce = 2048;

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

  if (!loo.IsWorthwhile(targets, 1)) return std::nullopt;
  loo.FillExcess();
  if (!loo.Expand() || !loo.IsWorthwhile(targets, loo.weights_.cols())) return std::nullopt;
  loo.SetDoubt();
  loo.SumFeatures();
  return loo;
}

// A fold's other words take the mean of the folds that train on them, so that they
// add nothing to expand.
template <typename T>
void LeaveOneOut<T>::FillExcess() {
  const auto count = static_cast<Eigen::Index>(alphas_.size());
  const auto folds = static_cast<Eigen::Index>(ridges_.size());
  excess_.resize(features_->rows(), folds * count);
  RowMatrix<T> sum = RowMatrix<T>::Zero(features_->rows(), count);
  Eigen::Matrix<T, Eigen::Dynamic, 1> trained =
      Eigen::Matrix<T, Eigen::Dynamic, 1>::Zero(features_->rows());
  for (Eigen::Index k = 0; k < folds; ++k) {
    for (const WordSet& part : segments_->folds[static_cast<std::size_t>(k)].parts) {
      ExcessWeights<T>(*ridges_[static_cast<std::size_t>(k)], *features_, alphas_, part.ranges,
                       excess_.middleCols(k * count, count));
      for (const auto& [begin, end] : part.ranges) {
        sum.middleRows(begin, end - begin) += excess_.block(begin, k * count, end - begin, count);
        trained.segment(begin, end - begin).array() += T(1);
      }
    }
  }
  for (Eigen::Index k = 0; k < folds; ++k) {
    for (const auto& [begin, end] : segments_->folds[static_cast<std::size_t>(k)].test.ranges) {
      excess_.block(begin, k * count, end - begin, count) =
          (sum.middleRows(begin, end - begin).array().colwise() /
           trained.segment(begin, end - begin).array().max(T(1)))
              .matrix();
    }
  }
}

// False if a word has leverage 1.
template <typename T>
bool LeaveOneOut<T>::Expand() {
  Matrix gram = Matrix::Zero(excess_.cols(), excess_.cols());
  Matrix block;
  constant_ = Eigen::RowVectorXd::Zero(excess_.cols());
  for (Eigen::Index row = 0; row < excess_.rows(); row += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, excess_.rows() - row);
    block = excess_.middleRows(row, size).template cast<double>();
    gram.selfadjointView<Eigen::Lower>().rankUpdate(block.transpose());
    constant_ += block.colwise().sum();
  }
  const auto words = static_cast<double>(excess_.rows());
  constant_ /= words;
  gram.selfadjointView<Eigen::Lower>().rankUpdate(constant_.transpose(), -words);
  if (!gram.allFinite()) return false;
  // Alphas whose weights hardly vary are compared more finely: each column in units
  // of its own length.
  const Vector length = gram.diagonal().cwiseMax(std::numeric_limits<double>::min()).cwiseSqrt();
  const Matrix scaled = length.cwiseInverse().asDiagonal() *
                        Matrix(gram.selfadjointView<Eigen::Lower>()) *
                        length.cwiseInverse().asDiagonal();
  Vector values;
  Matrix vectors;
  if (!SymmetricEigen(scaled, values, vectors).ok()) return false;
  const double allowed = kTolerance * kTolerance * words * static_cast<double>(excess_.cols());
  Eigen::Index terms = excess_.cols();
  double left = 0;
  while (terms > 0 && left + std::max(values(excess_.cols() - terms), 0.0) <= allowed) {
    left += std::max(values(excess_.cols() - terms), 0.0);
    --terms;
  }
  const Matrix leading = vectors.rightCols(terms);
  coefficients_ = leading.transpose() * length.asDiagonal();
  const Matrix projection = length.cwiseInverse().asDiagonal() * leading;
  weights_.resize(excess_.rows(), terms);
  for (Eigen::Index row = 0; row < excess_.rows(); row += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, excess_.rows() - row);
    weights_.middleRows(row, size).noalias() =
        (excess_.middleRows(row, size).template cast<double>().rowwise() - constant_) * projection;
  }
  return true;
}

// What the expansion leaves adds up in a sum like many small errors of either sign.
template <typename T>
void LeaveOneOut<T>::SetDoubt() {
  const auto count = static_cast<Eigen::Index>(alphas_.size());
  Eigen::RowVectorXd squares = Eigen::RowVectorXd::Zero(excess_.cols());
  Matrix left;
  for (std::size_t k = 0; k < ridges_.size(); ++k) {
    const auto first = static_cast<Eigen::Index>(k) * count;
    for (const WordSet& part : segments_->folds[k].parts) {
      for (const auto& [begin, end] : part.ranges) {
        left = excess_.block(begin, first, end - begin, count).template cast<double>().rowwise() -
               constant_.segment(first, count);
        left.noalias() -=
            weights_.middleRows(begin, end - begin) * coefficients_.middleCols(first, count);
        squares.segment(first, count) += left.colwise().squaredNorm();
      }
    }
  }
  doubt_ = (kDoubt / static_cast<double>(excess_.rows())) * squares.cwiseSqrt().transpose();
  if constexpr (std::is_same_v<T, float>) {
    const Matrix inner = weights_.transpose() * weights_;
    const Eigen::RowVectorXd squares_of_spread =
        coefficients_.cwiseProduct(inner * coefficients_).colwise().sum().cwiseMax(0.0) /
        static_cast<double>(excess_.rows());
    doubt_ += kSinglePrecision * squares_of_spread.cwiseSqrt().transpose();
  }
}

// Whether the expansion in `terms` weights is less work than LeaveOneOutCriterion.
template <typename T>
bool LeaveOneOut<T>::IsWorthwhile(Eigen::Index targets, Eigen::Index terms) const {
  const auto words = static_cast<double>(features_->rows());
  const auto p = static_cast<double>(features_->cols());
  const auto m = static_cast<double>(targets);
  const auto folds = static_cast<double>(ridges_.size());
  const auto alphas = static_cast<double>(alphas_.size());
  const auto weights = static_cast<double>(terms);
  // Multiplications, in units of those in double precision.
  constexpr double kSingle = 0.5;
  const double of_words = std::is_same_v<T, float> ? kSingle : 1.0;
  const double summing = weights * words * p * (p + m) * of_words;
  const double turning = folds * weights * (2 * p * p * p + p * p * m);
  const double expanded = summing + turning + folds * alphas * p * p * m * of_words;
  const auto solutions = static_cast<double>(
      ExpandSolutions(ridges_.front()->eigenvalues(), alphas_, kExpansionTolerance).basis.cols());
  const double direct = folds * solutions * words * p * m * kSingle;
  return expanded < direct;
}

template <typename T>
void LeaveOneOut<T>::SumFeatures() {
  gram_.assign(ridges_.size(), {});
  features_of_fold_.assign(ridges_.size(), {});
  for (const Ridge* ridge : ridges_) rotations_.push_back(ridge->rotation().template cast<T>());
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
      const ColMatrix<T> xx = train.xx.template cast<T>();
      const ColMatrix<T> half = xx * rotations_[k];
      gram_[k].push_back(rotations_[k].transpose() * half);
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
                                   const std::vector<TargetSide>& sums,
                                   const SharedChoice* shared) const {
  const auto k = static_cast<std::size_t>(fold);
  const Ridge& ridge = *ridges_[k];
  const auto count = static_cast<Eigen::Index>(alphas_.size());

  // Each weight's sums about the training means, in the fold's basis.
  std::vector<RowMatrix<T>> products;
  std::vector<Eigen::ArrayXd> squares;
  for (std::size_t r = 0; r < sums.size(); ++r) {
    const FeatureSide& side = features_of_fold_[k][r];
    RowMatrix<double> centred = sums[r].xy;
    centred.noalias() -= ridge.train_mean() * sums[r].y.matrix().transpose();
    centred.noalias() -=
        (side.x - side.weight * ridge.train_mean()) * train.mean.matrix().transpose();
    RowMatrix<T> product(b.rows(), b.cols());
    product.noalias() = rotations_[k].transpose() * centred.template cast<T>();
    products.push_back(std::move(product));
    squares.push_back(sums[r].yy - 2.0 * train.mean * sums[r].y +
                      side.weight * train.mean.square());
  }

  Criterion criterion = ResidualSquares(ridge, b, train, alphas_);
  const Criterion doubt = doubt_.segment(fold * count, count).asDiagonal() * criterion;
  // The constant part of the weights weighs every residual alike.
  criterion.array().colwise() *= 1.0 + constant_.segment(fold * count, count).transpose().array();
  RowMatrix<double> z;
  RowMatrix<T> narrow;
  RowMatrix<T> turned(b.rows(), b.cols());
  ColMatrix<T> gram(b.rows(), b.rows());
  for (Eigen::Index a = 0; a < count; ++a) {
    ridge.Solve(alphas_[static_cast<std::size_t>(a)], b, z);
    narrow = z.cast<T>();
    gram.setZero();
    Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(b.cols());
    for (std::size_t r = 0; r < sums.size(); ++r) {
      const double coefficient = coefficients_(static_cast<Eigen::Index>(r), fold * count + a);
      gram += static_cast<T>(coefficient) * gram_[k][r];
      Eigen::ArrayXd product = Eigen::ArrayXd::Zero(b.cols());
      AddColumnProducts(static_cast<std::size_t>(z.rows()), static_cast<std::size_t>(z.cols()),
                        narrow.data(), products[r].data(), product.data());
      sum += coefficient * (squares[r] - 2.0 * product);
    }
    turned.noalias() = gram * narrow;
    AddColumnProducts(static_cast<std::size_t>(z.rows()), static_cast<std::size_t>(z.cols()),
                      narrow.data(), turned.data(), sum.data());
    criterion.row(a).array() += sum.transpose();
  }
  const std::vector<std::int32_t> positions = TrainPositions(*segments_, segments_->folds[k]);
  SettleNearTies<T>(ridge, b, train,
                    {*features_, targets, positions, excess_.middleCols(fold * count, count)},
                    alphas_, doubt, shared, criterion);
  return criterion;
}

template class LeaveOneOut<float>;
template class LeaveOneOut<double>;

}  // namespace brainalign
