#include "core/ridge/near_ties.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brainalign {
namespace {

// Share of its error bound that an entry may have been off by. Beyond, bounds grow until what was
// off by most has been off by this share.
constexpr double kMostOfBound = 0.5;
constexpr double kShareOfBound = 0.4;

using Marks = CandidateMarks;

// The alphas that may be best where another may be as well, in each column.
Marks Contenders(const Criterion& criterion, const Criterion& error_bound) {
  Marks contends = Marks::Constant(criterion.rows(), criterion.cols(), false);
  for (Eigen::Index target = 0; target < criterion.cols(); ++target) {
    double bound = std::numeric_limits<double>::infinity();
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
      const double most = criterion(a, target) + error_bound(a, target);
      if (most < bound) bound = most;
    }
    // An entry that is not finite settles nothing: then it contends.
    auto column = contends.col(target);
    for (Eigen::Index a = 0; a < criterion.rows(); ++a) {
      column(a) = !(criterion(a, target) - error_bound(a, target) > bound);
    }
    // Entries that are exact are decided, also where they are equal.
    const bool decided = (!column).select(0.0, error_bound.col(target).array()).maxCoeff() == 0.0;
    if (column.count() < 2 || decided) column.setConstant(false);
  }
  return contends;
}

// The same where the sums over groups decide: all targets of a group contend together.
Marks ContendersOfGroups(const Criterion& criterion, const Criterion& error_bound,
                         const SharedChoice& shared) {
  const auto count = static_cast<Eigen::Index>(shared.groups.size());
  Criterion summed(criterion.rows(), count);
  Criterion summed_bound(criterion.rows(), count);
  for (Eigen::Index g = 0; g < count; ++g) {
    const ColumnGroup& group = shared.groups[static_cast<std::size_t>(g)];
    const Eigen::Index width = group.end - group.begin;
    const auto weights = shared.weights.segment(group.begin, width).matrix();
    summed.col(g).noalias() = criterion.middleCols(group.begin, width) * weights;
    summed_bound.col(g).noalias() = error_bound.middleCols(group.begin, width) * weights;
  }
  const Marks of_groups = Contenders(summed, summed_bound);
  Marks contends = Marks::Constant(criterion.rows(), criterion.cols(), false);
  for (Eigen::Index g = 0; g < count; ++g) {
    const ColumnGroup& group = shared.groups[static_cast<std::size_t>(g)];
    contends.middleCols(group.begin, group.end - group.begin).colwise() = of_groups.col(g);
  }
  return contends;
}

// The two least of a few targets, spread over all.
void MarkProbes(const Criterion& criterion, Eigen::Index probes, Marks& contends) {
  if (criterion.rows() < 2) return;
  const Eigen::Index step = std::max<Eigen::Index>(1, criterion.cols() / probes);
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

}  // namespace

CandidateMarks MarkContenders(const Criterion& criterion, const Criterion& error_bound,
                              const SharedChoice* shared) {
  return shared ? ContendersOfGroups(criterion, error_bound, *shared)
                : Contenders(criterion, error_bound);
}

std::vector<AlphaCandidate> ListMarked(const CandidateMarks& marks) {
  std::vector<AlphaCandidate> candidates;
  for (Eigen::Index a = 0; a < marks.rows(); ++a) {
    for (Eigen::Index target = 0; target < marks.cols(); ++target) {
      if (marks(a, target)) candidates.push_back({a, target});
    }
  }
  return candidates;
}

void SettleNearTies(const CandidateErrors& errors, Criterion error_bound,
                    const SharedChoice* shared, Eigen::Index probes, Criterion& criterion) {
  const auto contenders = [&] { return MarkContenders(criterion, error_bound, shared); };
  Marks replaced = Marks::Constant(criterion.rows(), criterion.cols(), false);
  Marks open = contenders();
  MarkProbes(criterion, probes, open);
  while (open.any()) {
    const std::vector<AlphaCandidate> candidates = ListMarked(open);
    const CandidateCriteria found = errors.At(0, candidates);
    replaced = replaced || open;
    double most = 0;  // share of its error bound that an entry was off by
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const auto [a, target] = candidates[c];
      const auto at = static_cast<Eigen::Index>(c);
      double& entry = criterion(a, target);
      const double off = std::abs(found.sum(at) - entry) - found.error_bound(at);
      if (off > 0) most = std::max(most, off / error_bound(a, target));
      entry = found.sum(at);
      error_bound(a, target) = found.error_bound(at);
    }
    if (most > kMostOfBound)
      error_bound = replaced.select(error_bound, most / kShareOfBound * error_bound);
    open = contenders() && !replaced;
  }
  for (int level = 1; level < errors.levels(); ++level) {
    const std::vector<AlphaCandidate> candidates = ListMarked(contenders());
    if (candidates.empty()) return;
    const CandidateCriteria found = errors.At(level, candidates);
    for (std::size_t c = 0; c < candidates.size(); ++c) {
      const auto [a, target] = candidates[c];
      criterion(a, target) = found.sum(static_cast<Eigen::Index>(c));
      error_bound(a, target) = found.error_bound(static_cast<Eigen::Index>(c));
    }
  }
}

}  // namespace brainalign
