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

struct Contest {
  Eigen::Index alpha = 0;
  std::vector<Eigen::Index> targets;
  Matrix weights;             // (p, targets), of features about any origin
  Eigen::RowVectorXd offset;  // (targets)
  Eigen::RowVectorXd sum;
};

}  // namespace

template <typename T>
void SettleNearTies(const Ridge& ridge, const RowMatrix<double>& b, const TargetStatistics& train,
                    const LeaveOneOutWords<T>& words, const std::vector<double>& alphas,
                    const Criterion& doubt, const SharedChoice* shared, Criterion& criterion) {
  std::vector<Contest> contests;
  std::vector<std::vector<Eigen::Index>> contenders =
      shared ? ContendersOfGroups(criterion, doubt, *shared) : Contenders(criterion, doubt);
  RowMatrix<double> part;
  RowMatrix<double> z;
  for (std::size_t a = 0; a < contenders.size(); ++a) {
    if (contenders[a].empty()) continue;
    Contest contest;
    contest.alpha = static_cast<Eigen::Index>(a);
    contest.targets = std::move(contenders[a]);
    part = b(Eigen::all, contest.targets);
    ridge.Solve(alphas[a], part, z);
    contest.weights.noalias() = ridge.rotation() * z;
    contest.offset = train.mean.matrix().transpose()(contest.targets);
    contest.offset -= ridge.train_mean().transpose() * contest.weights;
    contest.sum = Eigen::RowVectorXd::Zero(contest.offset.size());
    contests.push_back(std::move(contest));
  }
  if (contests.empty()) return;

  const auto count = static_cast<Eigen::Index>(words.positions.size());
  Matrix rows;
  Matrix residual;
  Vector weight;
  for (Eigen::Index first = 0; first < count; first += kRowsAtOnce) {
    const Eigen::Index size = std::min(kRowsAtOnce, count - first);
    rows.resize(size, words.features.cols());
    weight.resize(size);
    const auto position = [&](Eigen::Index i) {
      return static_cast<Eigen::Index>(words.positions[static_cast<std::size_t>(first + i)]);
    };
    for (Eigen::Index feature = 0; feature < rows.cols(); ++feature) {
      for (Eigen::Index i = 0; i < size; ++i) {
        rows(i, feature) = static_cast<double>(words.features(position(i), feature));
      }
    }
    for (Contest& contest : contests) {
      residual.resize(size, contest.offset.size());
      for (Eigen::Index i = 0; i < size; ++i) {
        weight(i) = 1.0 + static_cast<double>(words.excess(position(i), contest.alpha));
        const T* of_word = words.targets.row(position(i)).data();
        for (Eigen::Index c = 0; c < residual.cols(); ++c) {
          residual(i, c) =
              static_cast<double>(of_word[contest.targets[static_cast<std::size_t>(c)]]) -
              contest.offset(c);
        }
      }
      residual.noalias() -= rows * contest.weights;
      contest.sum += weight.transpose() * residual.array().square().matrix();
    }
  }
  for (const Contest& contest : contests) {
    for (std::size_t c = 0; c < contest.targets.size(); ++c) {
      criterion(contest.alpha, contest.targets[c]) = contest.sum(static_cast<Eigen::Index>(c));
    }
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
