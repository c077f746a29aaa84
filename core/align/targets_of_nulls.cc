#include "core/align/targets_of_nulls.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/problem/needs_double.h"

namespace brainalign {
namespace {

// Share of the squares of a column of a null that must be left without nuisance, in single
// precision. Rounding is relative to the column, so that it counts at most twice.
constexpr double kLeastLeftOfNull = 0.25;

// Rows `positions` of `source` (n, m) into the columns of `values` from `column` on.
template <typename T, typename Value>
void GatherRows(const RowMatrix<T>& source, const std::vector<std::int32_t>& positions,
                Eigen::Index column, RowMatrix<Value>& values) {
  for (std::size_t p = 0; p < positions.size(); ++p) {
    values.row(static_cast<Eigen::Index>(p)).segment(column, source.cols()) =
        source.row(positions[p]).template cast<Value>();
  }
}

}  // namespace

template <typename T>
absl::StatusOr<TargetsOfNulls<T>> TargetsOfNulls<T>::Make(const ActivationColumns<T>& columns,
                                                          const NuisanceFit<T>* nuisance,
                                                          const Segments& segments, int begin,
                                                          int width, const CancelFlag& cancel) {
  TargetsOfNulls made(columns, nuisance, segments, begin, width);
  const RowMatrixRef<T> read = columns.WithNuisance(/*fold=*/0, begin, begin + width, made.source_);
  if (columns.projected()) made.source_ = read;  // else it has been read there
  if (nuisance == nullptr) return made;
  const absl::StatusOr<std::vector<RowMatrix<double>>> at_least =
      nuisance->FitAtLeast(made.source_.template cast<double>(), cancel);
  if (!at_least.ok()) return at_least.status();
  const std::size_t folds = segments.folds.size();
  NuisanceWeights mean;
  mean.weights.setZero(nuisance->features().cols(), width);
  mean.none.setConstant(width, true);
  for (std::size_t k = 0; k < folds; ++k) {
    mean.weights += (*at_least)[k] / static_cast<double>(folds);
    made.beyond_fit_.push_back(columns.TakenOut(static_cast<int>(k), begin, begin + width));
    mean.none = mean.none && made.beyond_fit_.back().none;
  }
  TakeOut(nuisance->features(), mean, made.source_);
  const absl::StatusOr<std::vector<RowMatrix<double>>> of_source =
      nuisance->FitAgain(made.source_.template cast<double>(), begin, cancel);
  if (!of_source.ok()) return of_source.status();
  for (std::size_t k = 0; k < folds; ++k) {
    made.beyond_fit_[k].weights -= mean.weights + (*of_source)[k];
  }
  return made;
}

template <typename T>
absl::StatusOr<TargetsOfFolds<T>> TargetsOfNulls<T>::At(
    const std::vector<std::vector<std::int32_t>>& positions, const CancelFlag& cancel) const {
  if (nuisance_ != nullptr) return WithoutNuisance(positions, cancel);
  const auto nulls = static_cast<Eigen::Index>(positions.size());
  RowMatrix<T> values(source_.rows(), nulls * source_.cols());
  for (Eigen::Index null = 0; null < nulls; ++null) {
    GatherRows(source_, positions[static_cast<std::size_t>(null)], null * source_.cols(), values);
  }
  const Eigen::ArrayXd shifts = shift_.replicate(nulls, 1);
  return MakeTargetsOfFolds(std::move(values), *segments_, [&](const TargetStatistics& train) {
    return OriginOf<T>(train, shifts);
  });
}

template <typename T>
absl::StatusOr<TargetsOfFolds<T>> TargetsOfNulls<T>::WithoutNuisance(
    const std::vector<std::vector<std::int32_t>>& positions, const CancelFlag& cancel) const {
  const auto nulls = static_cast<Eigen::Index>(positions.size());
  const Eigen::Index width = source_.cols();
  TargetsOfFolds<T> targets;
  targets.nuisance = &nuisance_->features();
  targets.values.resize(source_.rows(), nulls * width);
  for (const NuisanceWeights& own : beyond_fit_) {
    targets.taken_out.push_back({own.weights.replicate(1, nulls), own.none.replicate(nulls, 1)});
  }
  RowMatrix<double> moved(source_.rows(), width);
  for (Eigen::Index null = 0; null < nulls; ++null) {
    GatherRows(source_, positions[static_cast<std::size_t>(null)], 0, moved);
    const absl::StatusOr<std::vector<RowMatrix<double>>> fit =
        nuisance_->FitAgain(moved, begin_, cancel);
    if (!fit.ok()) return fit.status();
    for (std::size_t k = 0; k < fit->size(); ++k) {
      targets.taken_out[k].weights.middleCols(null * width, width) += (*fit)[k];
    }
    targets.values.middleCols(null * width, width) = moved.template cast<T>();
  }
  const std::vector<TargetSums> sums_before = SegmentTargetSums<T>(targets.values, *segments_);
  for (std::size_t k = 0; k < beyond_fit_.size(); ++k) {
    if (cancel) return CancelledByFlag();
    const FoldSets& sets = segments_->folds[k];
    RowMatrix<T> left = targets.values;
    TakeOut(*targets.nuisance, targets.taken_out[k], left);
    FoldTargets statistics = AssembleTargets<T>(SegmentTargetSums<T>(left, *segments_), left, sets);
    if (std::is_same_v<T, float>) {
      const FoldTargets before = AssembleTargets<T>(sums_before, targets.values, sets);
      for (Eigen::Index c = 0; c < left.cols(); ++c) {
        if (targets.taken_out[k].none(c) ||
            statistics.train.squares(c) >= kLeastLeftOfNull * before.train.squares(c)) {
          continue;
        }
        return NeedsDouble(absl::StrCat("nuisance leaves too little of column ", begin_ + c % width,
                                        " of a null for single precision"));
      }
    }
    // Regressions on nuisance leave no mean over the training words.
    targets.folds.push_back({std::move(statistics), Eigen::ArrayXd::Zero(left.cols())});
  }
  return targets;
}

template class TargetsOfNulls<float>;
template class TargetsOfNulls<double>;

double TargetsOfNullsBytes(const ProblemSize& size, double width, double shifted) {
  const double values = size.words * size.value_bytes * (width + shifted);
  if (size.nuisance == 0) return values;
  const double weights = 9 * size.folds * (size.nuisance + 1) * (2 * width + shifted);
  const double left = size.words * size.value_bytes * shifted;
  return values + weights + std::max(left, FitNuisanceAgainBytes(size, width));
}

}  // namespace brainalign
