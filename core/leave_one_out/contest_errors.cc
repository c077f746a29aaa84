#include "core/leave_one_out/contest_errors.h"

#include <algorithm>
#include <cmath>

#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 512;
constexpr std::size_t kContestsAtOnce = 512;

// Coefficients (p, contests) in the basis of the fit, with alpha and target of each.
struct Heat {
  std::vector<int> alpha;
  std::vector<int> target;
  RowMatrix<double> solutions;

  Eigen::Index size() const { return solutions.cols(); }
};

// Of the contests [first, last).
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

// Whether none of these words is trained on.
template <typename T>
bool AreLeftOut(const RowMatrix<T>& excess, Eigen::Index begin, Eigen::Index size) {
  return (excess.col(0).segment(begin, size).array() == T(-1)).all();
}

// Sums over all words; predictions are features * solutions + offset.
template <typename T>
Eigen::RowVectorXd SumErrors(const ColMatrix<T>& features, const Matrix& solutions,
                             const Eigen::RowVectorXd& offset, const Heat& heat,
                             const RowMatrixRef<T>& targets, const RowMatrix<T>& excess) {
  Eigen::RowVectorXd sums = Eigen::RowVectorXd::Zero(heat.size());
  RowMatrix<double> predicted;
  for (Eigen::Index row = 0; row < features.rows(); row += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, features.rows() - row);
    if (AreLeftOut(excess, row, size)) continue;
    predicted.resize(size, heat.size());
    predicted.noalias() = features.middleRows(row, size).template cast<double>() * solutions;
    AddContestErrors(Size(size), Size(heat.size()), predicted.data(), offset.data(),
                     targets.row(row).data(), Size(targets.outerStride()), heat.target.data(),
                     excess.row(row).data(), Size(excess.cols()), heat.alpha.data(), sums.data());
  }
  return sums;
}

}  // namespace

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
    const Eigen::RowVectorXd mean = inputs.train.mean.matrix().transpose()(heat.target);
    const Eigen::RowVectorXd offset = mean - ridge.train_mean().transpose() * turned;
    sums.segment(static_cast<Eigen::Index>(first), heat.size()) =
        SumErrors<T>(inputs.features, turned, offset, heat, inputs.targets, excess);
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
