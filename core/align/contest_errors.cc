#include "core/align/contest_errors.h"

#include <algorithm>
#include <cmath>

#include "core/align/coefficient_loops.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 512;
constexpr std::size_t kContestsAtOnce = 512;

// Of a residual's square, in single precision.
constexpr double kSquareRounding = 3e-7;

// Whether none of these words is trained on.
template <typename T>
bool AreLeftOut(const RowMatrix<T>& excess, Eigen::Index begin, Eigen::Index size) {
  return (excess.col(0).segment(begin, size).array() == T(-1)).all();
}

// Sums over all words; predictions are features * solutions + offset.
template <typename S, typename T, typename Features>
Eigen::RowVectorXd SumErrors(const Features& features, const Matrix& solutions,
                             const Eigen::RowVectorXd& offset, const Heat& heat,
                             const RowMatrixRef<T>& targets, const RowMatrix<T>& excess) {
  const ColMatrix<S> factors = solutions.cast<S>();
  const Eigen::Matrix<S, 1, Eigen::Dynamic> origin = offset.cast<S>();
  Eigen::RowVectorXd sums = Eigen::RowVectorXd::Zero(heat.size());
  RowMatrix<S> predicted;
  for (Eigen::Index row = 0; row < features.rows(); row += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, features.rows() - row);
    if (AreLeftOut(excess, row, size)) continue;
    predicted.resize(size, heat.size());
    predicted.noalias() = features.middleRows(row, size).template cast<S>() * factors;
    AddContestErrors(Size(size), Size(heat.size()), predicted.data(), origin.data(),
                     targets.row(row).data(), Size(targets.outerStride()), heat.target.data(),
                     excess.row(row).data(), Size(excess.cols()), heat.alpha.data(), sums.data());
  }
  return sums;
}

}  // namespace

Heat MakeHeat(const Ridge& ridge, const RowMatrix<double>& b, const std::vector<double>& alphas,
              const std::vector<Contest>& contests, std::size_t first, std::size_t last) {
  Heat heat;
  heat.solutions.resize(b.rows(), static_cast<Eigen::Index>(last - first));
  RowMatrix<double> part;
  RowMatrix<double> z;
  while (first < last) {
    const Eigen::Index alpha = contests[first].alpha;
    std::vector<int> targets;
    for (; first < last && contests[first].alpha == alpha; ++first) {
      targets.push_back(static_cast<int>(contests[first].target));
      heat.alpha.push_back(static_cast<int>(alpha));
    }
    part = b(Eigen::all, targets);
    ridge.Solve(alphas[static_cast<std::size_t>(alpha)], part, z);
    heat.solutions.middleCols(static_cast<Eigen::Index>(heat.target.size()), z.cols()) = z;
    heat.target.insert(heat.target.end(), targets.begin(), targets.end());
  }
  return heat;
}

Eigen::RowVectorXd MeansOf(const TargetStatistics& train, const Heat& heat) {
  return train.mean.matrix().transpose()(heat.target);
}

ContestErrors FewWordsJudge::Nearly(const std::vector<Contest>& contests) const {
  const TargetStatistics& train = inputs_.train;
  // Words are rounded independently of each other; each word's share in full if that is less.
  const double together = std::min(1.0, kDoubt / std::sqrt(train.count));
  const auto count = static_cast<Eigen::Index>(contests.size());
  ContestErrors errors = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  for (std::size_t first = 0; first < contests.size(); first += kContestsAtOnce) {
    const Heat heat = MakeHeat(inputs_.ridge, inputs_.b, inputs_.alphas, contests, first,
                               std::min(first + kContestsAtOnce, contests.size()));
    const Eigen::RowVectorXd mean = MeansOf(train, heat);
    const Eigen::RowVectorXd sum = SumErrors<float, double>(weights_.turned, heat.solutions, mean,
                                                            heat, inputs_.targets, weights_.excess);
    // Squares over all words of what the products of a prediction add up from.
    const Eigen::RowVectorXd terms =
        inputs_.ridge.eigenvalues().transpose() * heat.solutions.cwiseAbs2();
    const auto at = static_cast<Eigen::Index>(first);
    errors.sum.segment(at, heat.size()) = sum;
    for (Eigen::Index c = 0; c < heat.size(); ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double value = train.squares(heat.target[i]) + train.count * mean(c) * mean(c);
      const double off =
          kPredictionRounding * std::sqrt(terms(c)) + kValueRounding * std::sqrt(value);
      // sum w (r + d)^2 - sum w r^2 is at most 2 |w^1/2 r| |w^1/2 d| + |w^1/2 d|^2.
      const double weighted = std::sqrt(weights_.largest(heat.alpha[i])) * off;
      errors.doubt(at + c) =
          together * (2.0 * std::sqrt(sum(c)) * weighted + kSquareRounding * sum(c)) +
          weighted * weighted;
    }
  }
  return errors;
}

template <typename T>
Eigen::RowVectorXd ErrorsInDoublePrecision(const ContestInputs<T>& inputs,
                                           const RowMatrix<T>& excess,
                                           const std::vector<Contest>& contests) {
  const Ridge& ridge = inputs.ridge;
  Eigen::RowVectorXd sums(static_cast<Eigen::Index>(contests.size()));
  for (std::size_t first = 0; first < contests.size(); first += kContestsAtOnce) {
    const Heat heat = MakeHeat(ridge, inputs.b, inputs.alphas, contests, first,
                               std::min(first + kContestsAtOnce, contests.size()));
    const Matrix turned = ridge.rotation() * heat.solutions;  // of features about any origin
    const Eigen::RowVectorXd offset =
        MeansOf(inputs.train, heat) - ridge.train_mean().transpose() * turned;
    sums.segment(static_cast<Eigen::Index>(first), heat.size()) =
        SumErrors<double, T>(inputs.features, turned, offset, heat, inputs.targets, excess);
  }
  return sums;
}

template Eigen::RowVectorXd ErrorsInDoublePrecision<float>(const ContestInputs<float>&,
                                                           const RowMatrix<float>&,
                                                           const std::vector<Contest>&);
template Eigen::RowVectorXd ErrorsInDoublePrecision<double>(const ContestInputs<double>&,
                                                            const RowMatrix<double>&,
                                                            const std::vector<Contest>&);

}  // namespace brainalign
