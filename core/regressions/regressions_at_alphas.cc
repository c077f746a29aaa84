#include "core/regressions/regressions_at_alphas.h"

#include <algorithm>
#include <array>
#include <type_traits>

#include "core/linalg/float_product.h"

namespace brainalign {
namespace {

// Targets that are scored at a time, so that their coefficients stay in a core's cache.
constexpr Eigen::Index kColumnsOfPanel = 252;

// Cross-products (p, m) of features and targets over each segment, in single precision inside
// blocks of words.
std::vector<RowMatrix<double>> SegmentProducts(const ColMatrix<float>& features,
                                               const RowMatrix<float>& targets,
                                               const Segments& segments) {
  std::vector<RowMatrix<double>> sums(Size(segments.count()));
  RowMatrix<float> block;
  for (std::size_t s = 0; s < sums.size(); ++s) {
    const std::int32_t last = segments.begin[s + 1];
    for (std::int32_t row = segments.begin[s]; row < last; row += kWordsInSinglePrecision) {
      const std::int32_t count = std::min(kWordsInSinglePrecision, last - row);
      MultiplyFloat(RowsOf(features, row, count).transposed(),
                    ByRows(targets.middleRows(row, count)), block);
      if (row == segments.begin[s]) {
        sums[s] = block.cast<double>();
      } else {
        sums[s] += block.cast<double>();
      }
    }
  }
  return sums;
}

RowMatrix<double> SumOf(const std::vector<RowMatrix<double>>& sums,
                        const std::vector<int>& segments) {
  RowMatrix<double> total = sums[static_cast<std::size_t>(segments.front())];
  for (std::size_t i = 1; i < segments.size(); ++i) {
    total += sums[static_cast<std::size_t>(segments[i])];
  }
  return total;
}

TargetStatistics PanelOf(const TargetStatistics& all, Eigen::Index begin, Eigen::Index count) {
  return {all.count, all.mean.segment(begin, count), all.squares.segment(begin, count)};
}

TargetsOfFold PanelOf(const TargetsOfFold& all, Eigen::Index begin, Eigen::Index count) {
  TargetsOfFold panel;
  panel.statistics.train = PanelOf(all.statistics.train, begin, count);
  panel.statistics.test = PanelOf(all.statistics.test, begin, count);
  panel.origin = all.origin.segment(begin, count);
  return panel;
}

// (p, m) What is left of cross-products with targets, where those with the nuisance are `nuisance`
// (p, c + 1). `fit`: of these targets from `begin` on.
RowMatrix<double> LeftOf(const RowMatrix<double>& product, const RowMatrix<double>& nuisance,
                         const NuisanceWeights& fit, Eigen::Index begin, Eigen::Index count) {
  RowMatrix<double> left = product.middleCols(begin, count);
  left.noalias() -= nuisance * fit.weights.middleCols(begin, count);
  for (Eigen::Index c = 0; c < count; ++c) {
    if (fit.none(begin + c)) left.col(c).setZero();
  }
  return left;
}

ChosenAlphas Known(std::vector<int> index) {
  const auto count = static_cast<Eigen::Index>(index.size());
  return {std::move(index), Flags::Constant(count, false)};
}

}  // namespace

AlignmentSpec WithKnownAlphas(AlignmentSpec spec) {
  spec.selection = Selection::kFixed;
  spec.shared_alpha = false;
  return spec;
}

ProblemSize WithKnownAlphas(ProblemSize size) {
  size.selection = Selection::kFixed;
  size.inner_folds = 0;
  return size;
}

template <typename T>
absl::StatusOr<RegressionsAtAlphas<T>> RegressionsAtAlphas<T>::Make(
    const ProblemFeatures<T>& features, const Segments& segments, const AlignmentSpec& spec,
    bool in_panels, const RowMatrix<double>* nuisance) {
  RegressionsAtAlphas made(features, segments, spec);
  if constexpr (std::is_same_v<T, float>) {
    if (in_panels) {
      absl::StatusOr<std::vector<RegressionInPanels>> regressions = MakeRegressionsInPanels(
          features.values.front(), features.segment_sums.front(), segments, spec, /*back=*/nullptr);
      if (!regressions.ok()) return regressions.status();
      made.in_panels_ = *std::move(regressions);
      if (nuisance != nullptr) made.MultiplyNuisance(*nuisance);
      return made;
    }
  }
  absl::StatusOr<std::vector<RegressionByTarget<T>>> regressions =
      MakeRegressionsByTarget(features, segments, spec, /*back=*/nullptr);
  if (!regressions.ok()) return regressions.status();
  made.by_target_ = *std::move(regressions);
  return made;
}

template <typename T>
absl::StatusOr<std::vector<FoldScores>> RegressionsAtAlphas<T>::Score(
    const TargetsOfFolds<T>& targets, const std::vector<std::vector<int>>& alphas,
    const CancelFlag& cancel) const {
  if (!in_panels_.empty()) return ScoreInPanels(targets, alphas, cancel);
  std::vector<FoldScores> scores;
  const bool takes_out = !targets.taken_out.empty();
  std::vector<PerSet<CrossSums>> cross;
  if (!takes_out) cross = CrossOfAllFolds<T>(*features_, targets.values, *segments_);
  RowMatrix<T> left;
  PerSet<CrossSums> of_left;
  for (std::size_t k = 0; k < by_target_.size(); ++k) {
    if (cancel) return CancelledByFlag();
    const ColMatrix<T>& features = features_->values[features_->block(static_cast<int>(k))];
    if (takes_out) {
      left = targets.values;
      TakeOut(*targets.nuisance, targets.taken_out[k], left);
      of_left = FoldCrossSums<T>(features, left, segments_->folds[k]);
    }
    const TargetColumns<T> columns{targets.folds[k], takes_out ? left : targets.values, {}, {}};
    const WordsAndSums<T> sums{features, takes_out ? of_left : cross[k]};
    RegressionWorkspace<RegressionByTarget<T>> workspace;
    absl::Status status = by_target_[k].Rotate(columns, sums, workspace.buffers, workspace.cross);
    if (!status.ok()) return status;
    scores.push_back(ScoreAtAlphas(by_target_[k], *spec_, columns, Known(alphas[k]), workspace));
  }
  return scores;
}

template <typename T>
absl::StatusOr<std::vector<FoldScores>> RegressionsAtAlphas<T>::ScoreInPanels(
    const TargetsOfFolds<T>& targets, const std::vector<std::vector<int>>& alphas,
    const CancelFlag& cancel) const {
  std::vector<FoldScores> scores;
  if constexpr (std::is_same_v<T, float>) {
    const ColMatrix<float>& features = features_->values.front();
    const Eigen::Index columns = targets.values.cols();
    const std::vector<RowMatrix<double>> products =
        SegmentProducts(features, targets.values, *segments_);
    std::vector<int> all(products.size());
    for (std::size_t s = 0; s < all.size(); ++s) all[s] = static_cast<int>(s);
    const RowMatrix<double> total = SumOf(products, all);
    RegressionWorkspace<RegressionInPanels> workspace;
    for (std::size_t k = 0; k < in_panels_.size(); ++k) {
      const FoldSets& sets = segments_->folds[k];
      RowMatrix<double> summed;
      if (sets.test.segments.size() > 1) summed = SumOf(products, sets.test.segments);
      const RowMatrix<double>& test =
          sets.test.segments.size() > 1
              ? summed
              : products[static_cast<std::size_t>(sets.test.segments.front())];
      RowMatrix<double> purged;
      if (const std::vector<std::int32_t>& removed = sets.parts.front().removed; !removed.empty()) {
        purged = CrossSumsAt<float>(features, targets.values, removed).product;
      }
      const bool takes_out = !targets.taken_out.empty();
      RowMatrix<double> total_of_nuisance;
      RowMatrix<double> test_of_nuisance;
      if (takes_out) {
        total_of_nuisance = SumOf(of_nuisance_, all);
        test_of_nuisance = SumOf(of_nuisance_, sets.test.segments);
      }
      FoldScores& of_fold = scores.emplace_back();
      of_fold.score.resize(columns);
      of_fold.error_bound.resize(columns);
      for (Eigen::Index begin = 0; begin < columns; begin += kColumnsOfPanel) {
        if (cancel) return CancelledByFlag();
        const Eigen::Index count = std::min(kColumnsOfPanel, columns - begin);
        const PanelTargets<double> panel(PanelOf(targets.folds[k], begin, count));
        std::array<RowMatrix<double>, 3> left;
        if (takes_out) {
          const NuisanceWeights& fit = targets.taken_out[k];
          left[0] = LeftOf(total, total_of_nuisance, fit, begin, count);
          left[1] = LeftOf(test, test_of_nuisance, fit, begin, count);
          if (purged.cols() > 0) left[2] = LeftOf(purged, purged_[k], fit, begin, count);
        }
        const PanelSums<double> sums =
            takes_out
                ? PanelSums<double>{left[0], left[1], left[2]}
                : PanelSums<double>{total.middleCols(begin, count), test.middleCols(begin, count),
                                    purged.middleCols(purged.cols() == 0 ? 0 : begin,
                                                      purged.cols() == 0 ? 0 : count)};
        absl::Status status = in_panels_[k].Rotate(panel, sums, workspace.buffers, workspace.cross);
        if (!status.ok()) return status;
        const auto first = alphas[k].begin() + begin;
        const FoldScores of_panel =
            ScoreAtAlphas(in_panels_[k], *spec_, panel, Known({first, first + count}), workspace);
        of_fold.score.segment(begin, count) = of_panel.score;
        of_fold.error_bound.segment(begin, count) = of_panel.error_bound;
      }
    }
  }
  return scores;
}

template <typename T>
void RegressionsAtAlphas<T>::MultiplyNuisance(const RowMatrix<double>& nuisance) {
  if constexpr (std::is_same_v<T, float>) {
    const ColMatrix<float>& features = features_->values.front();
    const RowMatrix<float> targets = nuisance.cast<float>();
    of_nuisance_ = SegmentProducts(features, targets, *segments_);
    for (const FoldSets& sets : segments_->folds) {
      purged_.push_back(CrossSumsAt<float>(features, targets, sets.parts.front().removed).product);
    }
  }
}

RegressionsAtAlphasBytes BytesAtAlphas(const ProblemSize& size, double features, double targets,
                                       bool in_panels) {
  if (!in_panels) {
    return {RegressionsByTargetBytes(size, features), MakeRegressionByTargetBytes(size, features),
            CrossSumsBytes(size, features, targets, /*all_folds=*/true) +
                ScoreByTargetBytes(size, features, targets)};
  }
  // Sums of each segment, of all, of a test set, and of what a purge removes; a block in single
  // precision. The coefficients of a panel are small beside them.
  const double features_of_nuisance = size.nuisance > 0 ? size.nuisance + 1 : 0;
  const double sums = features * targets * (8 * (size.segments + 3) + 4);
  const double removed = 8 * size.removed_words * (features + targets);
  return {RegressionsInPanelsBytes(size, features) +
              8 * features * features_of_nuisance * (size.segments + size.folds),
          std::max(MakeRegressionInPanelsBytes(size, features),
                   (4 * size.words + 16 * features) * features_of_nuisance),
          sums + removed + 8 * 2 * features * features_of_nuisance +
              4 * (7 + 6) * features * static_cast<double>(kColumnsOfPanel)};
}

Work ScoreAtAlphasWork(const ProblemSize& size, const FeatureSize& of, double columns,
                       bool in_panels) {
  if (!in_panels) {
    return ChooseAndScoreWork(size, of, columns, columns, of.blocks);
  }
  const double rotated = of.features * of.features * columns;
  Work work = OnWords(size.value_bytes, 2 * size.words * of.features * columns);
  work.single_operations += size.folds * 5 * rotated;
  return work;
}

template class RegressionsAtAlphas<float>;
template class RegressionsAtAlphas<double>;

}  // namespace brainalign
