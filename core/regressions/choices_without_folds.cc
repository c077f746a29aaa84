#include "core/regressions/choices_without_folds.h"

#include <type_traits>

#include "core/regressions/candidates_in_double.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {
namespace {

// Targets whose two least criteria are computed in double precision whatever their error bound.
constexpr Eigen::Index kProbesWithoutFold = 2;

}  // namespace

BlockedErrors SumOfInnerFolds(const std::vector<BlockedErrors>& of_inner_folds,
                              std::optional<std::size_t> left_out) {
  BlockedErrors sum(of_inner_folds.front().squares.rows(), of_inner_folds.front().squares.cols());
  for (std::size_t j = 0; j < of_inner_folds.size(); ++j) {
    if (j != left_out) sum.Add(of_inner_folds[j]);
  }
  return sum;
}

template <typename T>
std::vector<ChosenAlphas> ChooseWithoutInnerFolds(const BlockedChoice<T>& choice,
                                                  const std::vector<BlockedErrors>& of_inner_folds,
                                                  const SharedChoice* shared) {
  const TargetStatistics& train = choice.targets.statistics.train;
  std::vector<ChosenAlphas> chosen;
  for (std::size_t j = 0; j < of_inner_folds.size(); ++j) {
    BlockedErrors sum = SumOfInnerFolds(of_inner_folds, j);
    for (Eigen::Index target = 0; target < train.squares.size(); ++target) {
      if (train.squares(target) == 0) sum.error_bound.col(target).setZero();
    }
    if constexpr (std::is_same_v<T, float>) {
      // As in the choice by all inner folds: near ties of sums in bf16 stay as they are.
      if (choice.errors.of_sums) {
        SettleNearTies(BlockedCandidates(choice.fits, choice.targets, choice.sets, choice.alphas,
                                         choice.errors, j),
                       sum.error_bound, shared, kProbesWithoutFold, sum.squares);
      }
    }
    chosen.push_back(
        {shared ? ChooseShared(sum.squares, shared->weights, shared->groups, Ties::kToLarger)
                : ChoosePerTarget(sum.squares, Ties::kToLarger),
         HidesTheLeast(sum.squares, sum.inflation)});
  }
  return chosen;
}

template std::vector<ChosenAlphas> ChooseWithoutInnerFolds<float>(const BlockedChoice<float>&,
                                                                  const std::vector<BlockedErrors>&,
                                                                  const SharedChoice*);
template std::vector<ChosenAlphas> ChooseWithoutInnerFolds<double>(
    const BlockedChoice<double>&, const std::vector<BlockedErrors>&, const SharedChoice*);

}  // namespace brainalign
