#include "core/align/contest_errors.h"

#include <algorithm>
#include <cmath>

#include "core/align/coefficient_loops.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 512;
constexpr std::size_t kContestsAtOnce = 512;

// Of a prediction, where nothing cancels: what rounding may move it by. A product over p
// features in single precision is off by sqrt(p) 3e-8 or so, 1e-6 for a thousand.
constexpr double kRounding = 1e-6;
// Of a target's value, and of a residual's square.
constexpr double kValueRounding = 1.2e-7;
constexpr double kSquareRounding = 3e-7;
// Words are rounded independently of each other: what adds up over them is taken to be this many
// times the square root of their number at most, and each word's share of it in full if that is
// less.
constexpr double kDeviations = 16;

// Neighbouring contests, in the form that the inner loop takes them.
struct Heat {
  std::vector<int> alpha;
  std::vector<int> target;
  RowMatrix<double> solutions;  // (p, contests) in the eigenbasis

  Eigen::Index size() const { return solutions.cols(); }
};

Heat MakeHeat(const Ridge& ridge, const RowMatrix<double>& b, const std::vector<double>& alphas,
              const std::vector<Contest>& contests, std::size_t first) {
  const std::size_t last = std::min(first + kContestsAtOnce, contests.size());
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

// Whether none of these words is trained on.
template <typename T>
bool AreLeftOut(const RowMatrix<T>& excess, Eigen::Index begin, Eigen::Index size) {
  return (excess.col(0).segment(begin, size).array() == T(-1)).all();
}

// Sums over all words; predictions are features * solutions + offset.
template <typename S, typename T, typename Features>
Eigen::RowVectorXd SumErrors(const Features& features, const Matrix& solutions,
                             const Eigen::RowVectorXd& offset, const Heat& heat,
                             const LeaveOneOutWords<T>& words) {
  const ColMatrix<S> factors = solutions.cast<S>();
  const Eigen::Matrix<S, 1, Eigen::Dynamic> origin = offset.cast<S>();
  Eigen::RowVectorXd sums = Eigen::RowVectorXd::Zero(heat.size());
  RowMatrix<S> predicted;
  for (Eigen::Index row = 0; row < features.rows(); row += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, features.rows() - row);
    if (AreLeftOut(words.weights.excess, row, size)) continue;
    predicted.resize(size, heat.size());
    predicted.noalias() = features.middleRows(row, size).template cast<S>() * factors;
    AddContestErrors(static_cast<std::size_t>(size), static_cast<std::size_t>(heat.size()),
                     predicted.data(), origin.data(), words.targets.row(row).data(),
                     static_cast<std::size_t>(words.targets.outerStride()), heat.target.data(),
                     words.weights.excess.row(row).data(),
                     static_cast<std::size_t>(words.weights.excess.cols()), heat.alpha.data(),
                     sums.data());
  }
  return sums;
}

// The means of the heat's targets.
Eigen::RowVectorXd MeansOf(const TargetStatistics& train, const Heat& heat) {
  return train.mean.matrix().transpose()(heat.target);
}

}  // namespace

template <typename T>
ContestErrors ErrorsInSinglePrecision(const Ridge& ridge, const RowMatrix<double>& b,
                                      const TargetStatistics& train,
                                      const LeaveOneOutWords<T>& words,
                                      const std::vector<double>& alphas,
                                      const std::vector<Contest>& contests) {
  const LeaveOneOutWeights<T>& weights = words.weights;
  const double together = std::min(1.0, kDeviations / std::sqrt(train.count));
  const auto count = static_cast<Eigen::Index>(contests.size());
  ContestErrors errors = {Eigen::RowVectorXd(count), Eigen::RowVectorXd(count)};
  for (std::size_t first = 0; first < contests.size(); first += kContestsAtOnce) {
    const Heat heat = MakeHeat(ridge, b, alphas, contests, first);
    Eigen::RowVectorXd sum;
    // Squares over all words of what the products of a prediction add up from.
    Eigen::RowVectorXd terms;
    const Eigen::RowVectorXd mean = MeansOf(train, heat);
    if (weights.turned.size() > 0) {
      sum = SumErrors<float, T>(weights.turned, heat.solutions, mean, heat, words);
      terms = ridge.eigenvalues().transpose() * heat.solutions.cwiseAbs2();
    } else {
      const Matrix turned = ridge.rotation() * heat.solutions;  // of features about any origin
      const Eigen::RowVectorXd offset = mean - ridge.train_mean().transpose() * turned;
      sum = SumErrors<float, T>(words.features, turned, offset, heat, words);
      terms = weights.feature_squares.transpose() * turned.cwiseAbs2();
    }
    const auto at = static_cast<Eigen::Index>(first);
    errors.sum.segment(at, heat.size()) = sum;
    for (Eigen::Index c = 0; c < heat.size(); ++c) {
      const auto i = static_cast<std::size_t>(c);
      const double value = train.squares(heat.target[i]) + train.count * mean(c) * mean(c);
      const double off = kRounding * std::sqrt(terms(c)) + kValueRounding * std::sqrt(value);
      // sum w (r + d)^2 - sum w r^2 is at most 2 |w^1/2 r| |w^1/2 d| + |w^1/2 d|^2.
      const double weighted = std::sqrt(weights.largest(heat.alpha[i])) * off;
      errors.doubt(at + c) =
          together * (2.0 * std::sqrt(sum(c)) * weighted + kSquareRounding * sum(c)) +
          weighted * weighted;
    }
  }
  return errors;
}

template <typename T>
Eigen::RowVectorXd ErrorsInDoublePrecision(const Ridge& ridge, const RowMatrix<double>& b,
                                           const TargetStatistics& train,
                                           const LeaveOneOutWords<T>& words,
                                           const std::vector<double>& alphas,
                                           const std::vector<Contest>& contests) {
  Eigen::RowVectorXd sums(static_cast<Eigen::Index>(contests.size()));
  for (std::size_t first = 0; first < contests.size(); first += kContestsAtOnce) {
    const Heat heat = MakeHeat(ridge, b, alphas, contests, first);
    const Matrix turned = ridge.rotation() * heat.solutions;
    const Eigen::RowVectorXd offset =
        MeansOf(train, heat) - ridge.train_mean().transpose() * turned;
    sums.segment(static_cast<Eigen::Index>(first), heat.size()) =
        SumErrors<double, T>(words.features, turned, offset, heat, words);
  }
  return sums;
}

#define BRAINALIGN_INSTANTIATE(T)                                                                  \
  template ContestErrors ErrorsInSinglePrecision<T>(                                               \
      const Ridge&, const RowMatrix<double>&, const TargetStatistics&, const LeaveOneOutWords<T>&, \
      const std::vector<double>&, const std::vector<Contest>&);                                    \
  template Eigen::RowVectorXd ErrorsInDoublePrecision<T>(                                          \
      const Ridge&, const RowMatrix<double>&, const TargetStatistics&, const LeaveOneOutWords<T>&, \
      const std::vector<double>&, const std::vector<Contest>&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
