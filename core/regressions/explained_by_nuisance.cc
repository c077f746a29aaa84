#include "core/regressions/explained_by_nuisance.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/regressions/banded_regressions.h"
#include "core/regressions/target_columns.h"

namespace brainalign {
namespace {

constexpr std::array kPenalties = {1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2,
                                   1e3,  1e4,  1e5,  1e6,  1e7, 1e8};

// A fit on all words that predicts these words.
Segments SegmentOfAllWords(std::int32_t words) {
  WordSet all;
  all.segments = {0};
  all.count = words;
  all.ranges = {{0, words}};
  Segments segments;
  segments.word.resize(static_cast<std::size_t>(words));
  std::iota(segments.word.begin(), segments.word.end(), 0);
  segments.begin = {0, words};
  FoldSets sets;
  sets.test = all;
  sets.parts = {all};
  sets.train_count = words;
  segments.folds = {sets};
  return segments;
}

AlignmentSpec SpecOfFit(AlignmentSpec spec) {
  spec.selection = Selection::kGcv;
  spec.shared_alpha = false;
  spec.alphas.assign(kPenalties.begin(), kPenalties.end());
  return spec;
}

ProblemSize SizeOfFit(ProblemSize size) {
  size.segments = 1;
  size.folds = 1;
  size.inner_folds = 0;
  size.alphas = kPenalties.size();
  size.selection = Selection::kGcv;
  size.training_words = size.words;
  size.removed_words = 0;
  size.ShareColumns();
  return size;
}

}  // namespace

absl::StatusOr<Matrix> ExplainedByNuisance(const RowMatrixRef<double>& nuisance,
                                           const RowMatrixRef<double>& activations,
                                           const AlignmentSpec& spec) {
  const Segments segments = SegmentOfAllWords(static_cast<std::int32_t>(activations.rows()));
  const AlignmentSpec of_fit = SpecOfFit(spec);
  const RowMatrix<double> none(activations.rows(), 0);
  const BandedFeatures features = MakeBandedFeatures(nuisance, none, segments);
  const auto regressions = BandedRegressions::Make(features, /*ratio=*/1, segments, of_fit);
  if (!regressions.ok()) return regressions.status();
  const std::vector<TargetSums> sums = SegmentTargetSums<double>(activations, segments);
  const Eigen::Index columns = activations.cols();
  const TargetColumns<double> targets{
      {AssembleTargets<double>(sums, activations, segments.folds.front()),
       Eigen::ArrayXd::Zero(columns)},
      activations,
      Eigen::ArrayXd::Ones(columns),
      {}};
  const std::vector<PerSet<CrossSums>> cross = regressions->CrossOf(activations);
  BandedRegressions::Regression::Cross rotated;
  absl::Status status = regressions->Rotate(/*fold=*/0, targets, cross.front(), rotated);
  if (!status.ok()) return status;
  BandedRegressions::Regression::Buffers buffers;
  const ChosenAlphas chosen = regressions->Choose(/*fold=*/0, targets, rotated, buffers);
  std::vector<Eigen::Index> all(static_cast<std::size_t>(columns));
  std::iota(all.begin(), all.end(), Eigen::Index{0});
  return regressions->Predict(/*fold=*/0, rotated, chosen.index, all).nuisance;
}

double ExplainedByNuisanceBytes(const ProblemSize& size, double columns) {
  const ProblemSize of_fit = SizeOfFit(size);
  const BandedBytes bytes = BytesOfBanded(of_fit, size.nuisance, columns);
  return BandedFeaturesBytes(of_fit, size.nuisance) + bytes.held +
         std::max(bytes.making, bytes.scoring);
}

Work ExplainedByNuisanceWork(const ProblemSize& size, double columns) {
  return BandedWork(SizeOfFit(size), size.nuisance, columns, columns);
}

}  // namespace brainalign
