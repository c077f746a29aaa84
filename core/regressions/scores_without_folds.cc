#include "core/regressions/scores_without_folds.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <type_traits>
#include <utility>
#include <vector>

namespace brainalign {
namespace {

// Solved at a time, which limits the memory.
constexpr std::size_t kSolvedAtOnce = 64;

// A target and the index of an alpha that is not its own.
using OtherAlpha = std::pair<int, int>;

// The score at another alpha.
struct OtherScore {
  double score = 0;
  double error_bound = 0;
};

// The targets `columns` of `all`. `storage` holds their values where these are used again.
template <typename T>
TargetColumns<T> SomeColumns(const TargetColumns<T>& all, const std::vector<int>& columns,
                             RowMatrix<T>& storage) {
  const auto some = [&](const TargetStatistics& of) {
    return TargetStatistics{of.count, of.mean(columns), of.squares(columns)};
  };
  // Scores in single precision are never formed from the words.
  if constexpr (std::is_same_v<T, double>) storage = all.values(Eigen::all, columns);
  return {{{some(all.statistics.train), some(all.statistics.test), {}, {}}, all.origin(columns)},
          storage,
          all.weight(columns),
          {}};
}

template <typename T>
std::vector<ScoreChange> ChangeWithoutInnerFolds(
    const RegressionByTarget<T>& fold, const AlignmentSpec& spec, const TargetColumns<T>& targets,
    const FoldScores& scores, const RegressionWorkspace<RegressionByTarget<T>>& workspace) {
  const std::vector<ChosenAlphas>& chosen = workspace.buffers.without_inner_fold;
  std::map<OtherAlpha, OtherScore> others;
  for (const ChosenAlphas& without : chosen) {
    for (std::size_t target = 0; target < without.index.size(); ++target) {
      if (without.index[target] != scores.alphas.index[target]) {
        others[{static_cast<int>(target), without.index[target]}] = {};
      }
    }
  }
  const auto& cross = workspace.cross;
  for (auto next = others.begin(); next != others.end();) {
    std::vector<int> columns;
    ChosenAlphas alphas;
    const auto first = next;
    for (; next != others.end() && columns.size() < kSolvedAtOnce; ++next) {
      columns.push_back(next->first.first);
      alphas.index.push_back(next->first.second);
    }
    alphas.uncertain = Flags::Constant(std::ssize(columns), false);
    RowMatrix<T> storage;
    RegressionWorkspace<RegressionByTarget<T>> some;
    some.cross = {cross.features, cross.sums, cross.train(Eigen::all, columns),
                  cross.test(Eigen::all, columns), cross.scale(columns)};
    const FoldScores found = ScoreAtAlphas(fold, spec, SomeColumns<T>(targets, columns, storage),
                                           std::move(alphas), some);
    auto other = first;
    for (Eigen::Index c = 0; c < found.score.size(); ++c, ++other) {
      other->second = {found.score(c), found.error_bound(c)};
    }
  }
  std::vector<ScoreChange> changes;
  for (std::size_t j = 0; j < chosen.size(); ++j) {
    for (Eigen::Index target = 0; target < scores.score.size(); ++target) {
      const int alpha = chosen[j].index[Size(target)];
      // Double precision decides between alphas as well as anything can.
      const bool uncertain = std::is_same_v<T, float> && chosen[j].uncertain(target);
      ScoreChange change{static_cast<int>(j), target, 0, scores.error_bound(target)};
      if (alpha != scores.alphas.index[Size(target)]) {
        const OtherScore& other = others.at({static_cast<int>(target), alpha});
        change.difference = other.score - scores.score(target);
        change.error_bound = other.error_bound;
      } else if (!uncertain) {
        continue;
      }
      if (uncertain) change.error_bound = std::numeric_limits<double>::infinity();
      changes.push_back(change);
    }
  }
  return changes;
}

}  // namespace

template <typename T>
absl::StatusOr<FoldScores> ChooseAndScoreByTarget(const RegressionByTarget<T>& fold,
                                                  const AlignmentSpec& spec,
                                                  const TargetColumns<T>& targets,
                                                  const WordsAndSums<T>& sums,
                                                  bool leaves_inner_folds_out) {
  RegressionWorkspace<RegressionByTarget<T>> workspace;
  workspace.buffers.leaves_inner_folds_out = leaves_inner_folds_out;
  absl::StatusOr<FoldScores> scores = ChooseAndScore(fold, spec, targets, sums, workspace);
  if (scores.ok() && leaves_inner_folds_out) {
    scores->without_inner_fold =
        ChangeWithoutInnerFolds<T>(fold, spec, targets, *scores, workspace);
  }
  return scores;
}

double WithoutInnerFoldsBytes(const ProblemSize& size, double features, double targets) {
  // Errors of each inner fold, their sums, and what bounds them; and what is solved again.
  const double solved = std::min<double>(targets, kSolvedAtOnce);
  return 8 * 3 * size.alphas * targets * (size.inner_folds + 1) + 8 * 5 * features * solved +
         (size.value_bytes > 4 ? size.value_bytes * size.words * solved : 0);
}

Work WithoutInnerFoldsWork(const ProblemSize& size, double features, double columns) {
  Work work;
  work.double_operations = size.folds * 2 * features * features * columns;
  return work;
}

template absl::StatusOr<FoldScores> ChooseAndScoreByTarget<float>(const RegressionByTarget<float>&,
                                                                  const AlignmentSpec&,
                                                                  const TargetColumns<float>&,
                                                                  const WordsAndSums<float>&, bool);
template absl::StatusOr<FoldScores> ChooseAndScoreByTarget<double>(
    const RegressionByTarget<double>&, const AlignmentSpec&, const TargetColumns<double>&,
    const WordsAndSums<double>&, bool);

}  // namespace brainalign
