#include "core/regressions/banded_regressions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/regressions/fold_words.h"
#include "core/regressions/regression_cost.h"

namespace brainalign {
namespace {

constexpr std::array kRatios = {1e-6, 1e-4, 1e-2, 1.0, 1e2, 1e4, 1e6};

}  // namespace

std::vector<double> BandRatios(const AlignmentSpec& spec) {
  if (spec.alphas.size() == 1) return {1.0};
  return {kRatios.begin(), kRatios.end()};
}

double BandRatioCount(const ProblemSize& size) {
  return size.alphas > 1 ? static_cast<double>(kRatios.size()) : 1.0;
}

BandedFeatures MakeBandedFeatures(const RowMatrixRef<double>& nuisance,
                                  const RowMatrixRef<double>& activations,
                                  const Segments& segments) {
  BandedFeatures features;
  const Eigen::Index width = nuisance.cols() + activations.cols();
  features.nuisance = nuisance.cols();
  features.values.resize(segments.words(), width);
  if (nuisance.cols() > 0) features.values.leftCols(nuisance.cols()) = nuisance;
  if (activations.cols() > 0) features.values.rightCols(activations.cols()) = activations;
  features.dual = WantsDual(segments, width);
  if (!features.dual) {
    features.segment_sums = SegmentFeatureSums<double>(features.values, Vector::Zero(width),
                                                       Vector::Ones(width), segments);
  }
  return features;
}

absl::StatusOr<BandedRegressions> BandedRegressions::Make(const BandedFeatures& features,
                                                          double ratio, const Segments& segments,
                                                          const AlignmentSpec& spec) {
  BandedRegressions made(features, segments, spec);
  for (int fold = 0; fold < static_cast<int>(segments.folds.size()); ++fold) {
    if (features.dual) {
      absl::Status status = made.MakeDual(fold, ratio);
      if (!status.ok()) return status;
      continue;
    }
    absl::StatusOr<Regression> regression =
        Regression::Make(features.values, features.segment_sums, segments, fold,
                         {features.nuisance, 1 / std::sqrt(ratio)}, spec, /*back=*/nullptr);
    if (!regression.ok()) return regression.status();
    made.regressions_.push_back(*std::move(regression));
  }
  return made;
}

absl::Status BandedRegressions::MakeDual(int fold, double ratio) {
  const ColMatrix<double>& values = features_->values;
  const std::vector<std::int32_t> train = TrainPositions(*segments_, segments_->folds[Size(fold)]);
  Vector scale = Vector::Ones(values.cols());
  if (features_->nuisance > 0) {
    const ColMatrix<double> nuisance = values.leftCols(features_->nuisance);
    scale.head(features_->nuisance) = InverseDeviationOver(nuisance, train) / std::sqrt(ratio);
  }
  const ColMatrix<double> scaled = values * scale.asDiagonal();
  std::vector<Matrix> bases;
  Dual dual;
  dual.features = TurnToDual(scaled, *segments_, /*zscore=*/false, &bases);
  dual.basis = scale.asDiagonal() * bases.front();
  dual.mean = Vector::Zero(values.cols());
  for (const std::int32_t position : train) dual.mean += values.row(position);
  dual.mean /= static_cast<double>(train.size());
  absl::StatusOr<Regression> regression =
      Regression::Make(dual.features.values.front(), dual.features.segment_sums.front(), *segments_,
                       fold, FeatureScaling(), *spec_, /*back=*/nullptr);
  if (!regression.ok()) return regression.status();
  regressions_.push_back(*std::move(regression));
  dual_.push_back(std::move(dual));
  return absl::OkStatus();
}

std::vector<PerSet<CrossSums>> BandedRegressions::CrossOf(
    const RowMatrixRef<double>& values) const {
  std::vector<PerSet<CrossSums>> cross;
  if (!dual_.empty()) {
    for (int fold = 0; fold < static_cast<int>(dual_.size()); ++fold) {
      cross.push_back(CrossOfFold(fold, values));
    }
    return cross;
  }
  const std::vector<CrossSums> sums =
      SegmentCrossSums<double>(features_->values, values, *segments_);
  for (const FoldSets& sets : segments_->folds) {
    cross.push_back(AssembleCrossSums<double>(sums, features_->values, values, sets));
  }
  return cross;
}

PerSet<CrossSums> BandedRegressions::CrossOfFold(int fold,
                                                 const RowMatrixRef<double>& values) const {
  return FoldCrossSums<double>(FeaturesOf(fold), values, segments_->folds[Size(fold)]);
}

absl::Status BandedRegressions::Rotate(int fold, const TargetColumns<double>& targets,
                                       const PerSet<CrossSums>& sums,
                                       Regression::Cross& cross) const {
  Regression::Buffers buffers;
  return regressions_[Size(fold)].Rotate(targets, {FeaturesOf(fold), sums}, buffers, cross);
}

ChosenAlphas BandedRegressions::Choose(int fold, const TargetColumns<double>& targets,
                                       const Regression::Cross& cross,
                                       Regression::Buffers& buffers) const {
  buffers.keeps_criterion = true;
  return regressions_[Size(fold)].Choose(*spec_, targets, cross, buffers);
}

BandedRegressions::Predictions BandedRegressions::Predict(
    int fold, const Regression::Cross& cross, const std::vector<int>& alphas,
    const std::vector<Eigen::Index>& columns) const {
  const Regression& regression = regressions_[Size(fold)];
  Regression::Cross some;
  some.train = cross.train(Eigen::all, columns);
  ChosenAlphas chosen;
  for (const Eigen::Index column : columns) chosen.index.push_back(alphas[Size(column)]);
  RowMatrix<double> solution;
  regression.Solve(spec_->alphas, some, chosen, solution);
  const Ridge& ridge = regression.fit();
  Matrix weights = ridge.rotation() * solution;
  if (!dual_.empty()) weights = dual_[Size(fold)].basis * weights;
  const FoldSets& sets = segments_->folds[Size(fold)];
  const ColMatrix<double>& values = features_->values;
  const Matrix words = WordsAbout(values, Positions(*segments_, sets.test),
                                  dual_.empty() ? ridge.train_mean() : dual_[Size(fold)].mean);
  const Eigen::Index band = features_->nuisance;
  return {words.leftCols(band) * weights.topRows(band),
          words.rightCols(values.cols() - band) * weights.bottomRows(values.cols() - band)};
}

double BandedFeaturesBytes(const ProblemSize& size, double features) {
  const bool dual = size.training_words < features;
  return 8 * size.words * features + (dual ? 0 : SegmentFeatureSumsBytes(size, features));
}

BandedBytes BytesOfBanded(const ProblemSize& size, double features, double targets) {
  const bool dual = size.training_words < features;
  const double side = dual ? std::min(features, size.words) : features;
  BandedBytes bytes;
  bytes.held = RegressionsByTargetBytes(size, side);
  bytes.making = MakeRegressionByTargetBytes(size, side);
  if (dual) {
    bytes.held += size.folds * (ProblemFeaturesBytes(size, side, 1) + 8 * features * side);
    // The features scaled, and the basis once more.
    bytes.making +=
        8 * size.words * features + TurnToDualBytes(size, features) + 2 * 8 * features * side;
  }
  // The weights, the words of a fold, and its predictions by band.
  bytes.scoring = CrossSumsBytes(size, side, targets, /*all_folds=*/true) +
                  ScoreByTargetBytes(size, side, targets) + 8 * 3 * features * targets +
                  8 * size.words * features + 8 * 3 * size.words * targets;
  return bytes;
}

Work BandedWork(const ProblemSize& size, double features, double columns, double at_once) {
  const bool dual = size.training_words < features;
  const FeatureSize side = {dual ? std::min(features, size.words) : features,
                            dual ? size.folds : 1};
  Work work = MakeRegressionsWork(size, side);
  work += ChooseAndScoreWork(size, side, columns, at_once, side.blocks);
  work.double_operations += 2 * size.words * features * columns;
  return work;
}

}  // namespace brainalign
