#include "core/ridge/alpha_choice.h"

#include <algorithm>

#include "core/linalg/lapack.h"

namespace brainalign {
namespace {

template <typename Column>
int IndexOfLeast(const Column& values, Ties ties) {
  int best = 0;
  for (int i = 1; i < static_cast<int>(values.size()); ++i) {
    if (values(i) < values(best) || (ties == Ties::kToLarger && values(i) == values(best))) {
      best = i;
    }
  }
  return best;
}

}  // namespace

void AddSquaredError(const Ridge& ridge, const RowMatrix<double>& b, const RowMatrix<double>& h,
                     const TargetStatistics& train, const TargetStatistics& evaluation,
                     const std::vector<double>& alphas, Criterion& criterion) {
  const Eigen::ArrayXd offset = evaluation.mean - train.mean;
  RowMatrix<double> z;
  for (std::size_t a = 0; a < alphas.size(); ++a) {
    ridge.Solve(alphas[a], b, z);
    const HeldOutSums sums = ridge.evaluation().Predict(z, h);
    criterion.row(static_cast<Eigen::Index>(a)).array() +=
        (evaluation.squares - 2.0 * sums.products + sums.squares +
         evaluation.count * (offset - sums.shift).square())
            .transpose();
  }
}

Criterion ResidualSquares(const Ridge& ridge, const RowMatrix<double>& b,
                          const TargetStatistics& train, const std::vector<double>& alphas) {
  const auto count = static_cast<Eigen::Index>(alphas.size());
  const Eigen::ArrayXd values = ridge.eigenvalues().array();
  // RSS(a) = outside + sum_i b_i^2 / v_i (a / (v_i + a))^2 in the eigenbasis, with |y|^2 =
  // outside + sum_i b_i^2 / v_i: sums of what is positive. Where the features span all words
  // RSS vanishes with a, and as a difference from |y|^2 it would be rounding.
  const Eigen::ArrayXd spans = ridge.solver().Spanned();
  RowMatrix<double> explained = b.array().square();
  explained.array().colwise() *= spans / (values + (1.0 - spans));
  Eigen::ArrayXd outside = Eigen::ArrayXd::Zero(b.cols());
  if (spans.sum() < ridge.train_count() - 1.5) {
    outside = (train.squares - explained.colwise().sum().transpose().array()).max(0.0);
  }
  Matrix shrinkage(count, values.size());
  for (Eigen::Index a = 0; a < count; ++a) {
    const double alpha = alphas[static_cast<std::size_t>(a)];
    shrinkage.row(a) = (alpha / (values + alpha)).square().matrix().transpose();
  }
  Criterion criterion(count, b.cols());
  criterion.noalias() = shrinkage * explained;
  criterion.array().rowwise() += outside.transpose();
  return criterion;
}

Vector GcvDivisors(const Ridge& ridge, const std::vector<double>& alphas) {
  const Eigen::ArrayXd values = ridge.eigenvalues().array();
  const Eigen::ArrayXd spans = ridge.solver().Spanned();
  const double free_words = ridge.train_count() - 1.0 - spans.sum();
  Vector divisors(static_cast<Eigen::Index>(alphas.size()));
  for (Eigen::Index a = 0; a < divisors.size(); ++a) {
    const double alpha = alphas[static_cast<std::size_t>(a)];
    // 1 - (1 + df) / n, as a sum of what is positive too.
    const double left =
        (free_words + (spans * alpha / (values + alpha)).sum()) / ridge.train_count();
    divisors(a) = left * left;
  }
  return divisors;
}

Criterion GcvCriterion(const Ridge& ridge, const RowMatrix<double>& b,
                       const TargetStatistics& train, const std::vector<double>& alphas) {
  Criterion criterion = ResidualSquares(ridge, b, train, alphas);
  const Vector divisors = GcvDivisors(ridge, alphas);
  for (Eigen::Index a = 0; a < criterion.rows(); ++a) criterion.row(a) /= divisors(a);
  return criterion;
}

std::vector<int> ChoosePerTarget(const Criterion& criterion, Ties ties) {
  std::vector<int> chosen;
  for (Eigen::Index target = 0; target < criterion.cols(); ++target) {
    chosen.push_back(IndexOfLeast(criterion.col(target), ties));
  }
  return chosen;
}

std::vector<int> ChooseShared(const Criterion& criterion, const Eigen::ArrayXd& weights,
                              const std::vector<ColumnGroup>& groups, Ties ties) {
  std::vector<int> chosen(static_cast<std::size_t>(criterion.cols()), 0);
  for (const ColumnGroup& group : groups) {
    const Eigen::Index width = group.end - group.begin;
    const Vector summed =
        criterion.middleCols(group.begin, width) * weights.segment(group.begin, width).matrix();
    const int best = IndexOfLeast(summed, ties);
    std::fill(chosen.begin() + group.begin, chosen.begin() + group.end, best);
  }
  return chosen;
}

std::vector<double> LeastPerTarget(const Criterion& criterion, const std::vector<int>& index) {
  std::vector<double> least;
  for (Eigen::Index target = 0; target < criterion.cols(); ++target) {
    least.push_back(criterion(index[Size(target)], target));
  }
  return least;
}

std::vector<double> LeastShared(const Criterion& criterion, const std::vector<int>& index,
                                const Eigen::ArrayXd& weights,
                                const std::vector<ColumnGroup>& groups) {
  std::vector<double> least(index.size(), 0.0);
  for (const ColumnGroup& group : groups) {
    double sum = 0;
    for (Eigen::Index target = group.begin; target < group.end; ++target) {
      sum += weights(target) * criterion(index[Size(target)], target);
    }
    std::fill(least.begin() + group.begin, least.begin() + group.end, sum);
  }
  return least;
}

}  // namespace brainalign
