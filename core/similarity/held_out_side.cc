#include "core/similarity/held_out_side.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace brainalign {
namespace {

// A row whose deviation is below this share of its size has no variance: what is left is rounding.
constexpr double kRowRounding = 1e-14;
// Unit rows that differ by less than this are equal: what is left is rounding.
constexpr double kUnitRounding = 1e-13;
// An inner product below this share of the terms that it is the sum of is rounding.
constexpr double kInnerProductRounding = 1e-13;

template <typename Work>
void ForEachColumnBlock(Eigen::Index columns, const Work& work) {
  for (Eigen::Index begin = 0; begin < columns; begin += kSimilarityColumnsAtOnce) {
    work(begin, std::min(kSimilarityColumnsAtOnce, columns - begin));
  }
}

// (columns) Means, exact for constant columns.
Eigen::RowVectorXd ColumnMeans(const Matrix& columns) {
  Eigen::RowVectorXd means(columns.cols());
  for (Eigen::Index column = 0; column < columns.cols(); ++column) {
    const auto values = columns.col(column);
    const bool constant = values.minCoeff() == values.maxCoeff();
    means(column) = constant ? values(0) : values.mean();
  }
  return means;
}

}  // namespace

double SquaredProduct(const Matrix& x, const Matrix& y) {
  double sum = 0;
  ForEachColumnBlock(x.cols(), [&](Eigen::Index x_begin, Eigen::Index x_count) {
    ForEachColumnBlock(y.cols(), [&](Eigen::Index y_begin, Eigen::Index y_count) {
      const Matrix product =
          x.middleCols(x_begin, x_count).transpose() * y.middleCols(y_begin, y_count);
      sum += product.squaredNorm();
    });
  });
  return sum;
}

void HeldOutSide::StandardiseRows(const WordMatrix& matrix) {
  const auto columns = static_cast<double>(matrix.columns);
  row_mean_ = Eigen::ArrayXd::Zero(matrix.words);
  Eigen::ArrayXd largest = Eigen::ArrayXd::Zero(matrix.words);
  ForEachColumnBlock(matrix.columns, [&](Eigen::Index begin, Eigen::Index count) {
    const Matrix block = matrix.read(begin, count);
    row_mean_ += block.rowwise().sum().array() / columns;
    largest = largest.max(block.cwiseAbs().rowwise().maxCoeff().array());
  });
  Eigen::ArrayXd squares = Eigen::ArrayXd::Zero(matrix.words);
  ForEachColumnBlock(matrix.columns, [&](Eigen::Index begin, Eigen::Index count) {
    const Matrix block = matrix.read(begin, count);
    squares += (block.colwise() - row_mean_.matrix()).rowwise().squaredNorm().array();
  });
  const Eigen::ArrayXd norm = squares.sqrt();
  const auto varies = (norm > kRowRounding * columns * largest).eval();
  rows_without_variance_ = matrix.words - varies.count();
  row_scale_ = varies.select(norm.inverse(), 0.0);
}

Matrix HeldOutSide::Centred(Matrix columns, Eigen::Index begin) const {
  if (row_scale_.size() > 0) {
    columns.colwise() -= row_mean_.matrix();
    columns.array().colwise() *= row_scale_;
  }
  columns.rowwise() -= column_mean_.segment(begin, columns.cols());
  return columns;
}

Matrix HeldOutSide::Prepare(Matrix columns, Eigen::Index begin) const {
  columns = Centred(std::move(columns), begin);
  columns *= scale_;
  return columns;
}

HeldOutSide HeldOutSide::Make(Metric metric, const WordMatrix& matrix) {
  HeldOutSide side;
  const auto words = static_cast<double>(matrix.words);
  if (metric == Metric::kRsa) side.StandardiseRows(matrix);
  side.column_mean_ = Eigen::RowVectorXd::Zero(matrix.columns);
  side.row_squares_ = Eigen::ArrayXd::Zero(matrix.words);
  ForEachColumnBlock(matrix.columns, [&](Eigen::Index begin, Eigen::Index count) {
    Matrix block = side.Centred(matrix.read(begin, count), begin);  // means are still 0
    const Eigen::RowVectorXd means = ColumnMeans(block);
    side.column_mean_.segment(begin, count) = means;
    block.rowwise() -= means;
    side.row_squares_ += block.rowwise().squaredNorm().array();
  });
  const double mean_square = side.row_squares_.sum() / words;
  const bool is_rsa = metric == Metric::kRsa;
  if (!(mean_square > (is_rsa ? kUnitRounding * kUnitRounding : 0.0))) {
    side.is_undefined_ = true;
    return side;
  }
  side.scale_ = 1.0 / std::sqrt(mean_square);
  side.row_squares_ /= mean_square;
  if (is_rsa) {
    // Of ones and zeros, so that the difference is exactly 0 where every row varies.
    const Eigen::ArrayXd varies = (side.row_scale_ > 0.0).cast<double>();
    side.diagonal_ = (varies - varies.mean()) / mean_square + side.row_squares_.mean();
  }
  double squared = 0;
  ForEachColumnBlock(matrix.columns, [&](Eigen::Index begin, Eigen::Index count) {
    const Matrix block = side.Prepare(matrix.read(begin, count), begin);
    squared += SquaredProduct(block, block);
    ForEachColumnBlock(begin, [&](Eigen::Index other, Eigen::Index other_count) {
      squared += 2 * SquaredProduct(side.Prepare(matrix.read(other, other_count), other), block);
    });
  });
  side.own_product_ = Product(metric, side, side, squared);
  const double terms =
      squared + side.row_squares_.square().sum() + (is_rsa ? side.diagonal_.square().sum() : 0.0);
  side.is_undefined_ = !(side.own_product_ > kInnerProductRounding * terms);
  return side;
}

// With k, l the squares of the rows of W and V, over pairs of words i, j:
//   cka           sum over all pairs K_ij L_ij = |W'V|^2
//   cka_debiased  n (n - 3) HSIC_1. As rows add up to 0, the sums of the kernels without their
//                 diagonals over one index are -k and -l.
//   rsa           twice the sum over pairs i < j of (r_ij - mean) (r'_ij - mean'). With m the mean
//                 of the unit rows, r_ij = w_i.w_j + a_i + a_j + m.m where a_i = w_i.m. Norms of 1
//                 (0 without variance) make a_i = (e_i - k_i) / 2, with e = `diagonal_`, the value
//                 of w_i.w_i + 2 a_i. Sums of these small differences keep digits that sums of r
//                 would lose where all r are nearly equal.
double HeldOutSide::Product(Metric metric, const HeldOutSide& x, const HeldOutSide& y,
                            double squared_product) {
  const Eigen::ArrayXd& k = x.row_squares_;
  const Eigen::ArrayXd& l = y.row_squares_;
  const auto n = static_cast<double>(k.size());
  if (metric == Metric::kCka) return squared_product;
  if (metric == Metric::kCkaDebiased) {
    if (n < 4) return 0;
    const double products = (k * l).sum();
    return squared_product - products + k.sum() * l.sum() / ((n - 1) * (n - 2)) -
           2 * products / (n - 2);
  }
  const Eigen::ArrayXd& e = x.diagonal_;
  const Eigen::ArrayXd& h = y.diagonal_;
  return squared_product + n / 2 * ((e - k) * (h - l)).sum() - (e * h).sum() -
         e.sum() * h.sum() / (n * (n - 1));
}

SimilarityScore ScoreHeldOut(Metric metric, const HeldOutSide& x, const HeldOutSide& y,
                             double squared_product) {
  SimilarityScore score;
  score.undefined = x.rows_without_variance_ + y.rows_without_variance_;
  if (x.is_undefined_ || y.is_undefined_) {
    ++score.undefined;
    return score;
  }
  const double product = HeldOutSide::Product(metric, x, y, squared_product);
  score.score =
      std::clamp(product / std::sqrt(x.own_product_) / std::sqrt(y.own_product_), -1.0, 1.0);
  return score;
}

}  // namespace brainalign
