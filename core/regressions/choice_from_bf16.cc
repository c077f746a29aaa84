// How penalties are chosen from cross-products in bf16: where more than one may be best, and it
// matters which, from cross-products in double precision.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/leave_one_out/candidate_errors.h"
#include "core/problem/problem_size.h"
#include "core/regressions/candidates_in_double.h"
#include "core/regressions/regression_by_target.h"
#include "core/ridge/metrics.h"
#include "core/ridge/near_ties.h"

namespace brainalign {
namespace {

// That the alphas of a cell's targets may move its score by, where more than one may be best.
constexpr double kMostByChoice = 3e-3;
// Targets whose cross-products are summed again at a time, which limits the memory.
constexpr Eigen::Index kSettledAtOnce = 256;

// Roundoffs of a product in bf16. A sum of errors with random signs is assumed to be off by at most
// as much as if each were so many; both factors are rounded, by one roundoff each.
constexpr double kRoundoffsInBf16 = 8;

// (A, m) By what errors of the cross-products `b` (p, m) may move the residual sums of squares.
// `scale` (m): RoundingBound::Scale.
Criterion ErrorsOfResiduals(const Ridge& ridge, const RoundingBound::Errors& errors,
                            const RowMatrix<double>& b, const Eigen::ArrayXd& scale,
                            const std::vector<double>& alphas) {
  const Eigen::ArrayXd values = ridge.eigenvalues().array();
  const Eigen::ArrayXd along =
      ridge.solver().Spanned() *
      (ridge.rotation().transpose() * errors.draws).rowwise().squaredNorm().array() /
      static_cast<double>(errors.draws.cols());
  // The derivative of RSS(a) by b_i is -2 b_i (v_i + 2 a) / (v_i + a)^2.
  Matrix weight(static_cast<Eigen::Index>(alphas.size()), values.size());
  for (Eigen::Index a = 0; a < weight.rows(); ++a) {
    const Eigen::ArrayXd sums = values + alphas[Size(a)];
    weight.row(a) =
        (along * ((sums + alphas[Size(a)]) / sums.square()).square()).matrix().transpose();
  }
  Criterion moved = weight * RowMatrix<double>(b.cwiseAbs2());
  moved = 2.0 * kRoundoffsInBf16 * errors.unit * moved.cwiseSqrt();
  moved.array().rowwise() *= scale.transpose();
  return moved;
}

// What errors of the cross-products move beside that in leave-one-out, as a share of T and of
// the root of the residual sum of squares. There each residual is weighted, by up to 1 + excess
// with `leverage` the largest: the words' errors no longer cancel as in the fit.
double ErrorOfWeights(double leverage, double words, double unit) {
  const double excess = 1.0 / ((1.0 - leverage) * (1.0 - leverage)) - 1.0;
  return 2.0 * kRoundoffsInBf16 * unit * excess * std::sqrt(leverage / words);
}

TargetStatistics SomeOf(const TargetStatistics& all, const std::vector<Eigen::Index>& columns) {
  return {all.count, all.mean(columns), all.squares(columns)};
}

// Unmarks the targets of a group whose score hardly depends on which of the marked alphas they
// get. `moved` (A, m): each alpha's score less that of the alpha chosen, 0 where there is no mark.
// `most`: by what the sum of the scores may be wrong.
void UnmarkWhatHardlyMoves(const ColumnGroup& group, const Criterion& moved, bool shared,
                           double most, CandidateMarks& marks) {
  const Eigen::Index width = group.end - group.begin;
  const auto of_group = moved.middleCols(group.begin, width);
  if (shared) {
    const double largest = of_group.rowwise().sum().cwiseAbs().maxCoeff();
    if (largest <= most) marks.middleCols(group.begin, width).setConstant(false);
    return;
  }
  const Eigen::RowVectorXd by_target = of_group.cwiseAbs().colwise().maxCoeff();
  std::vector<Eigen::Index> order(Size(width));
  std::iota(order.begin(), order.end(), Eigen::Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Eigen::Index one, Eigen::Index other) {
    return by_target(one) < by_target(other);
  });
  double sum = 0;
  for (const Eigen::Index target : order) {
    sum += by_target(target);
    if (!(sum <= most)) return;
    marks.col(group.begin + target).setConstant(false);
  }
}

}  // namespace

template <typename T>
Eigen::ArrayXd RegressionByTarget<T>::ScoresAt(const AlignmentSpec& spec,
                                               const TargetColumns<T>& targets, const Cross& cross,
                                               const std::vector<Eigen::Index>& columns,
                                               std::vector<int> alphas) const {
  Cross some;
  some.train = cross.train(Eigen::all, columns);
  some.test = cross.test(Eigen::all, columns);
  Solution solution;
  Solve(spec.alphas, some, {std::move(alphas), {}}, solution);
  return ScoreTargets(spec.metric, evaluation().Predict(solution, some.test),
                      SomeOf(targets.statistics.train, columns),
                      SomeOf(targets.statistics.test, columns), targets.origin(columns));
}

template <typename T>
Eigen::RowVectorXd RegressionByTarget<T>::SumsInDouble(
    const AlignmentSpec& spec, const TargetColumns<T>& targets, const Cross& cross,
    const TargetsWithCross<T>& all, const std::vector<AlphaCandidate>& candidates) const {
  constexpr int kFromWords = 1;  // the level of candidates_in_double.h
  if constexpr (std::is_same_v<T, float>) {
    switch (spec.selection) {
      case Selection::kFixed:
        break;
      case Selection::kLoo:
        return ErrorsFromWords({fit(), all.features, cross.train, targets.statistics.train,
                                targets.values, spec.alphas},
                               sets_, candidates)
            .sum;
      case Selection::kGcv:
        return GcvCandidates(fit(), all, sets_, spec.alphas, errors_)
            .At(kFromWords, candidates)
            .sum;
      case Selection::kBlocked:
        return BlockedCandidates(inner_, all, sets_, spec.alphas, errors_)
            .At(kFromWords, candidates)
            .sum;
    }
  }
  return {};
}

template <typename T>
void RegressionByTarget<T>::SettleFromBf16(const AlignmentSpec& spec,
                                           const TargetColumns<T>& targets, const Cross& cross,
                                           const TargetsWithCross<T>& all,
                                           const Criterion& error_bound, const SharedChoice* shared,
                                           const std::vector<int>& chosen,
                                           Criterion& criterion) const {
  if constexpr (std::is_same_v<T, float>) {
    Criterion bound = error_bound;
    if (spec.selection != Selection::kBlocked) {
      const Vector divisors = GcvDivisors(fit(), spec.alphas);
      bound = divisors.cwiseInverse().asDiagonal() *
              ErrorsOfResiduals(fit(), errors_, cross.train, cross.scale, spec.alphas);
      if (spec.selection == Selection::kLoo) {
        // Its mean weight is about what generalised cross-validation divides by.
        const double of_weights =
            ErrorOfWeights(leave_one_out_->LargestLeverage(), fit().train_count(), errors_.unit);
        const Criterion roots = (divisors.asDiagonal() * criterion).cwiseMax(0.0).cwiseSqrt();
        bound += of_weights * roots * cross.scale.matrix().asDiagonal();
      }
    }
    for (Eigen::Index target = 0; target < bound.cols(); ++target) {
      if (targets.statistics.train.squares(target) == 0) bound.col(target).setZero();
    }
    CandidateMarks marks = MarkContenders(criterion, bound, shared);
    if (!marks.any()) return;
    Criterion moved = Criterion::Zero(marks.rows(), marks.cols());
    std::vector<Eigen::Index> marked;
    std::vector<int> best;
    for (Eigen::Index target = 0; target < marks.cols(); ++target) {
      if (!marks.col(target).any()) continue;
      marked.push_back(target);
      best.push_back(chosen[Size(target)]);
    }
    Eigen::ArrayXd score = Eigen::ArrayXd::Zero(marks.cols());
    score(marked) = ScoresAt(spec, targets, cross, marked, best);
    for (Eigen::Index a = 0; a < marks.rows(); ++a) {
      std::vector<Eigen::Index> columns;
      for (const Eigen::Index target : marked) {
        if (marks(a, target) && chosen[Size(target)] != static_cast<int>(a)) {
          columns.push_back(target);
        }
      }
      if (columns.empty()) continue;
      const std::vector<int> alphas(columns.size(), static_cast<int>(a));
      moved.row(a)(columns) =
          (ScoresAt(spec, targets, cross, columns, alphas) - score(columns)).matrix().transpose();
    }
    for (const ColumnGroup& group : targets.groups) {
      const auto width = static_cast<double>(group.end - group.begin);
      // Relative to an r2 beyond 1.
      const double sum = std::abs(score.segment(group.begin, group.end - group.begin).sum());
      UnmarkWhatHardlyMoves(group, moved, spec.shared_alpha, kMostByChoice * std::max(width, sum),
                            marks);
    }
    for (Eigen::Index begin = 0; begin < marks.cols(); begin += kSettledAtOnce) {
      const Eigen::Index width = std::min(kSettledAtOnce, marks.cols() - begin);
      CandidateMarks some = CandidateMarks::Constant(marks.rows(), marks.cols(), false);
      some.middleCols(begin, width) = marks.middleCols(begin, width);
      const std::vector<AlphaCandidate> candidates = ListMarked(some);
      if (candidates.empty()) continue;
      const Eigen::RowVectorXd sums = SumsInDouble(spec, targets, cross, all, candidates);
      for (std::size_t c = 0; c < candidates.size(); ++c) {
        criterion(candidates[c].alpha, candidates[c].target) = sums(static_cast<Eigen::Index>(c));
      }
    }
  }
}

#define BRAINALIGN_INSTANTIATE(T)                                                              \
  template Eigen::ArrayXd RegressionByTarget<T>::ScoresAt(                                     \
      const AlignmentSpec&, const TargetColumns<T>&, const Cross&,                             \
      const std::vector<Eigen::Index>&, std::vector<int>) const;                               \
  template Eigen::RowVectorXd RegressionByTarget<T>::SumsInDouble(                             \
      const AlignmentSpec&, const TargetColumns<T>&, const Cross&, const TargetsWithCross<T>&, \
      const std::vector<AlphaCandidate>&) const;                                               \
  template void RegressionByTarget<T>::SettleFromBf16(                                         \
      const AlignmentSpec&, const TargetColumns<T>&, const Cross&, const TargetsWithCross<T>&, \
      const Criterion&, const SharedChoice*, const std::vector<int>&, Criterion&) const;

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

double SettleFromBf16Bytes(const ProblemSize& size, double features, double targets) {
  // Coefficients at one alpha and what they are made from; scores at every alpha.
  double bytes = 8 * 4 * features * targets + 8 * 2 * size.alphas * targets;
  if (size.selection == Selection::kLoo) {
    // The words of the targets, and solutions and predictions of every alpha.
    const double settled = std::min(targets, static_cast<double>(kSettledAtOnce));
    bytes += settled *
             (size.value_bytes * size.words + 8 * size.alphas * (2 * features + kJudgedRowsAtOnce));
  }
  return bytes;
}

}  // namespace brainalign
