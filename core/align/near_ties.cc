#include "core/align/near_ties.h"

#include <algorithm>

namespace brainalign {
namespace {

constexpr Eigen::Index kRowsAtOnce = 512;

// The targets of each alpha that may be best, where another may be as well.
std::vector<std::vector<Eigen::Index>> Contenders(const Criterion& criterion,
                                                  const Criterion& doubt) {
  std::vector<std::vector<Eigen::Index>> contenders(static_cast<std::size_t>(criterion.rows()));
  const Criterion least = criterion - doubt;
  const Eigen::RowVectorXd bound = (criterion + doubt).colwise().minCoeff();
  for (Eigen::Index target = 0; target < criterion.cols(); ++target) {
    // An entry that is not finite settles nothing: then it contends.
    const auto contends = [&](Eigen::Index a) { return !(least(a, target) > bound(target)); };
    Eigen::Index count = 0;
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) count += contends(a) ? 1 : 0;
    if (count < 2) continue;
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
      if (contends(a)) contenders[static_cast<std::size_t>(a)].push_back(target);
    }
  }
  return contenders;
}

// The same where the sums over groups decide: all targets of a group contend together.
std::vector<std::vector<Eigen::Index>> ContendersOfGroups(const Criterion& criterion,
                                                          const Criterion& doubt,
                                                          const SharedChoice& shared) {
  const auto count = static_cast<Eigen::Index>(shared.groups.size());
  Criterion summed(criterion.rows(), count);
  Criterion summed_doubt(criterion.rows(), count);
  for (Eigen::Index g = 0; g < count; ++g) {
    const ColumnGroup& group = shared.groups[static_cast<std::size_t>(g)];
    const Eigen::Index width = group.end - group.begin;
    const auto weights = shared.weights.segment(group.begin, width).matrix();
    summed.col(g).noalias() = criterion.middleCols(group.begin, width) * weights;
    summed_doubt.col(g).noalias() = doubt.middleCols(group.begin, width) * weights;
  }
  std::vector<std::vector<Eigen::Index>> contenders;
  for (const std::vector<Eigen::Index>& groups : Contenders(summed, summed_doubt)) {
    contenders.emplace_back();
    for (Eigen::Index g : groups) {
      const ColumnGroup& group = shared.groups[static_cast<std::size_t>(g)];
      for (Eigen::Index c = group.begin; c < group.end; ++c) contenders.back().push_back(c);
    }
  }
  return contenders;
}

// One alpha of one target: a column of what is worked out.
struct Contest {
  Eigen::Index alpha = 0;
  Eigen::Index target = 0;
};

}  // namespace

template <typename T>
void SettleNearTies(const Ridge& ridge, const RowMatrix<double>& b, const TargetStatistics& train,
                    const LeaveOneOutWords<T>& words, const std::vector<double>& alphas,
                    const Criterion& doubt, const SharedChoice* shared, Criterion& criterion) {
  const std::vector<std::vector<Eigen::Index>> contenders =
      shared ? ContendersOfGroups(criterion, doubt, *shared) : Contenders(criterion, doubt);
  std::vector<Contest> contests;
  for (std::size_t a = 0; a < contenders.size(); ++a) {
    for (Eigen::Index target : contenders[a]) {
      contests.push_back({static_cast<Eigen::Index>(a), target});
    }
  }
  if (contests.empty()) return;

  const auto columns = static_cast<Eigen::Index>(contests.size());
  RowMatrix<double> solutions(b.rows(), columns);
  Eigen::RowVectorXd offset(columns);
  RowMatrix<double> part;
  RowMatrix<double> z;
  for (Eigen::Index first = 0; first < columns;) {
    const Eigen::Index alpha = contests[static_cast<std::size_t>(first)].alpha;
    const std::vector<Eigen::Index>& targets = contenders[static_cast<std::size_t>(alpha)];
    const auto width = static_cast<Eigen::Index>(targets.size());
    part = b(Eigen::all, targets);
    ridge.Solve(alphas[static_cast<std::size_t>(alpha)], part, z);
    solutions.middleCols(first, width) = z;
    offset.segment(first, width) = train.mean.matrix().transpose()(targets);
    first += width;
  }
  const Matrix weights = ridge.rotation() * solutions;  // of features about any origin
  offset -= ridge.train_mean().transpose() * weights;

  const auto count = static_cast<Eigen::Index>(words.positions.size());
  Eigen::RowVectorXd sum = Eigen::RowVectorXd::Zero(columns);
  Matrix rows;
  RowMatrix<double> residual;
  for (Eigen::Index first = 0; first < count; first += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, count - first);
    const std::int32_t* positions = words.positions.data() + first;
    rows.resize(size, words.features.cols());
    for (Eigen::Index feature = 0; feature < rows.cols(); ++feature) {
      const T* values = words.features.col(feature).data();
      double* to = rows.col(feature).data();
      for (Eigen::Index i = 0; i < size; ++i) to[i] = static_cast<double>(values[positions[i]]);
    }
    residual.resize(size, columns);
    residual.noalias() = rows * weights;
    for (Eigen::Index i = 0; i < size; ++i) {
      const T* target = words.targets.row(positions[i]).data();
      const T* excess = words.excess.row(positions[i]).data();
      for (Eigen::Index c = 0; c < columns; ++c) {
        const Contest& contest = contests[static_cast<std::size_t>(c)];
        const double error =
            static_cast<double>(target[contest.target]) - offset(c) - residual(i, c);
        sum(c) += (1.0 + static_cast<double>(excess[contest.alpha])) * error * error;
      }
    }
  }
  for (Eigen::Index c = 0; c < columns; ++c) {
    const Contest& contest = contests[static_cast<std::size_t>(c)];
    criterion(contest.alpha, contest.target) = sum(c);
  }
}

template void SettleNearTies<float>(const Ridge&, const RowMatrix<double>&, const TargetStatistics&,
                                    const LeaveOneOutWords<float>&, const std::vector<double>&,
                                    const Criterion&, const SharedChoice*, Criterion&);
template void SettleNearTies<double>(const Ridge&, const RowMatrix<double>&,
                                     const TargetStatistics&, const LeaveOneOutWords<double>&,
                                     const std::vector<double>&, const Criterion&,
                                     const SharedChoice*, Criterion&);

}  // namespace brainalign
