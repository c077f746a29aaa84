#include "core/leave_one_out/near_ties.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brainalign {
namespace {

// Targets whose two least errors are summed from the words whatever their doubt.
constexpr Eigen::Index kProbes = 8;
// Share of its doubt that an entry may have been off by; beyond, doubts grow until what was
// off by most has been off by this share.
constexpr double kMostOfDoubt = 0.5;
constexpr double kShareOfDoubt = 0.4;

using Marks = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;  // (A, m)

// The alphas that may be best where another may be as well, in each column.
Marks Contenders(const Criterion& criterion, const Criterion& doubt) {
  Marks contends = Marks::Constant(criterion.rows(), criterion.cols(), false);
  for (Eigen::Index target = 0; target < criterion.cols(); ++target) {
    double bound = std::numeric_limits<double>::infinity();
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
      const double most = criterion(a, target) + doubt(a, target);
      if (most < bound) bound = most;
    }
    // An entry that is not finite settles nothing: then it contends.
    auto column = contends.col(target);
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
      column(a) = !(criterion(a, target) - doubt(a, target) > bound);
    }
    if (column.count() < 2) column.setConstant(false);
  }
  return contends;
}

// The same where the sums over groups decide: all targets of a group contend together.
Marks ContendersOfGroups(const Criterion& criterion, const Criterion& doubt,
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
  const Marks of_groups = Contenders(summed, summed_doubt);
  Marks contends = Marks::Constant(criterion.rows(), criterion.cols(), false);
  for (Eigen::Index g = 0; g < count; ++g) {
    const ColumnGroup& group = shared.groups[static_cast<std::size_t>(g)];
    contends.middleCols(group.begin, group.end - group.begin).colwise() = of_groups.col(g);
  }
  return contends;
}

// The two least of a few targets, spread over all.
void MarkProbes(const Criterion& criterion, Marks& contends) {
  if (criterion.rows() < 2) return;
  const Eigen::Index step = std::max<Eigen::Index>(1, criterion.cols() / kProbes);
  // From the middle of each stretch: a layer's first components are its best predicted ones.
  for (Eigen::Index target = step / 2; target < criterion.cols(); target += step) {
    Eigen::Index least = 0;
    Eigen::Index next = 1;
    for (Eigen::Index a = 1; a < criterion.rows(); ++a) {
      if (criterion(a, target) < criterion(least, target)) {
        next = least;
        least = a;
      } else if (a != next && criterion(a, target) < criterion(next, target)) {
        next = a;
      }
    }
    contends(least, target) = true;
    contends(next, target) = true;
  }
}

std::vector<Contest> Listed(const Marks& contends) {
  std::vector<Contest> contests;
  for (Eigen::Index a = 0; a < contends.rows(); ++a) {
    for (Eigen::Index target = 0; target < contends.cols(); ++target) {
      if (contends(a, target)) contests.push_back({a, target});
    }
  }
  return contests;
}

}  // namespace

void SettleNearTies(const ContestJudge& judge, Criterion doubt, const SharedChoice* shared,
                    Criterion& criterion) {
  const auto contenders = [&] {
    return shared ? ContendersOfGroups(criterion, doubt, *shared) : Contenders(criterion, doubt);
  };
  Marks judged = Marks::Constant(criterion.rows(), criterion.cols(), false);
  Marks open = contenders();
  MarkProbes(criterion, open);
  while (open.any()) {
    const std::vector<Contest> contests = Listed(open);
    const ContestErrors errors = judge.Nearly(contests);
    judged = judged || open;
    double most = 0;  // share of its doubt that an entry was off by
    for (std::size_t c = 0; c < contests.size(); ++c) {
      const auto [a, target] = contests[c];
      const auto at = static_cast<Eigen::Index>(c);
      double& entry = criterion(a, target);
      const double off = std::abs(errors.sum(at) - entry) - errors.doubt(at);
      if (off > 0) most = std::max(most, off / doubt(a, target));
      entry = errors.sum(at);
      doubt(a, target) = errors.doubt(at);
    }
    if (most > kMostOfDoubt) doubt = judged.select(doubt, most / kShareOfDoubt * doubt);
    open = contenders() && !judged;
  }
  const std::vector<Contest> contests = Listed(contenders());
  if (contests.empty()) return;
  const Eigen::RowVectorXd sums = judge.Exactly(contests);
  for (std::size_t c = 0; c < contests.size(); ++c) {
    criterion(contests[c].alpha, contests[c].target) = sums(static_cast<Eigen::Index>(c));
  }
}

}  // namespace brainalign
