// Alignments of the metric cca.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "core/align/similarity_alignment.h"
#include "core/columns/brain_columns.h"
#include "core/moments/feature_moments.h"
#include "core/moments/target_moments.h"
#include "core/regressions/problem_features.h"
#include "core/similarity/cca.h"

namespace brainalign {
namespace {

struct CcaBrain {
  ProblemFeatures<double> features;  // (n, p) blocks, by position
  std::vector<CcaSide> folds;        // (K)
};

class CcaAlignment final : public SimilarityAlignment<CcaBrain, CcaSide> {
 public:
  CcaAlignment(AlignmentProblem problem, const AlignmentResources& resources)
      : SimilarityAlignment(std::move(problem), resources),
        rotations_(problem_.inputs.layers.size()) {}

 private:
  // A layer with more columns than there are words, rotated so that as many columns as words are
  // left: regularised canonical correlations do not depend on rotations.
  bool is_rotated(int layer) const { return width(layer) > problem_.segments.words(); }

  // (n, n) By position.
  Matrix Rotate(int layer) const {
    const PositionRanges all = {{0, problem_.segments.words()}};
    const Matrix given = ReadRows(activations_, 0, all, begin(layer), begin(layer + 1));
    return std::move(TurnToDual(given, problem_.segments, /*zscore=*/false).values.front());
  }

  void Release() override {
    SimilarityAlignment::Release();
    rotations_.clear();
  }

  // Columns of a layer after rotation.
  Eigen::Index columns(int layer) const {
    return is_rotated(layer) ? problem_.segments.words() : width(layer);
  }

  void StartLayer(int layer) override {
    if (is_rotated(layer)) rotations_[Size(layer)] = Rotate(layer);
  }

  // (words of `ranges`, count) Columns of a layer, after rotation.
  Matrix Read(const ActivationColumns<double>& given, int layer, int fold,
              const PositionRanges& ranges, Eigen::Index first, Eigen::Index count) const {
    if (is_rotated(layer)) {
      return RowsAt(rotations_[Size(layer)].middleCols(first, count), ranges);
    }
    const int from = begin(layer) + static_cast<int>(first);
    return ReadRows(given, fold, ranges, from, from + static_cast<int>(count));
  }

  absl::StatusOr<CcaSide> MakeLayerFold(const PairedWords& words, int layer,
                                        int fold) const override {
    FeatureSums sums = FeatureSums::Zero(columns(layer));
    for (const auto& [begin, end] : words.train[Size(fold)]) {
      for (std::int32_t row = begin; row < end; row += kSimilarityWordsAtOnce) {
        const std::int32_t stop =
            std::min(end, row + static_cast<std::int32_t>(kSimilarityWordsAtOnce));
        sums.AddRows(Read(*words.columns, layer, fold, {{row, stop}}, 0, columns(layer)));
      }
    }
    return CcaSide::Make(Centre(std::move(sums)), /*zscore=*/false, width(layer),
                         problem_.spec.cca_rho);
  }

  absl::StatusOr<std::vector<CcaBrain>> MakeBrain(int time_begin, int count,
                                                  const CancelFlag& cancel) const override {
    const bool dual = problem_.epochs.sensors() > problem_.segments.words();
    const bool zscore = problem_.spec.zscore_words == FitWords::kTraining;
    SpareMatrices<double> memory;
    std::vector<BrainColumns<double>> gathered = GatherBrain<double>(
        problem_.epochs, problem_.segments, time_begin,
        std::vector<bool>(static_cast<std::size_t>(count), !dual), memory, problem_.trends.get());
    std::vector<CcaBrain> brain;
    for (BrainColumns<double>& now : gathered) {
      CcaBrain at_time;
      if (dual) {
        at_time.features = TurnToDual(now.values, problem_.segments, zscore);
      } else {
        at_time.features.values.push_back(std::move(now.values));
        at_time.features.segment_sums.push_back(std::move(now.segment_sums));
      }
      for (int fold = 0; fold < fold_count(); ++fold) {
        if (cancel) return CancelledByFlag();
        const std::size_t block = at_time.features.block(fold);
        PerSet<CentredFeatures> sets =
            AssembleFeatures(at_time.features.segment_sums[block], at_time.features.values[block],
                             problem_.segments.folds[static_cast<std::size_t>(fold)]);
        absl::StatusOr<CcaSide> side =
            CcaSide::Make(std::move(sets.train), zscore && !dual,
                          static_cast<double>(problem_.epochs.sensors()), problem_.spec.cca_rho);
        if (!side.ok()) return side.status();
        at_time.folds.push_back(*std::move(side));
      }
      brain.push_back(std::move(at_time));
    }
    return brain;
  }

  // Calls `use` for each block of a layer's columns.
  template <typename Use>
  void ForEachBlock(int layer, const Use& use) const {
    for (Eigen::Index first = 0; first < columns(layer); first += kSimilarityColumnsAtOnce) {
      use(first, std::min(kSimilarityColumnsAtOnce, columns(layer) - first));
    }
  }

  // (K, times) of (p, columns) Sums of products over the training words.
  using Crosses = std::vector<std::vector<Matrix>>;

  absl::StatusOr<Crosses> CrossOf(const std::vector<CcaBrain>& brain, const PairedWords& words,
                                  int layer, const CancelFlag& cancel) const {
    Crosses crosses(problem_.segments.folds.size(), std::vector<Matrix>(brain.size()));
    const bool per_fold = words.columns->per_fold();
    for (int first_fold = 0; first_fold < (per_fold ? fold_count() : 1); ++first_fold) {
      ForEachBlock(layer, [&](Eigen::Index first, Eigen::Index count) {
        const RowMatrix<double> values =
            Read(*words.columns, layer, first_fold, words.all, first, count);
        for (std::size_t t = 0; t < brain.size() && !cancel; ++t) {
          const auto keep = [&](std::size_t fold, const RowMatrix<double>& product) {
            Matrix& cross = crosses[fold][t];
            if (cross.size() == 0) cross.resize(product.rows(), columns(layer));
            cross.middleCols(first, count) = product;
          };
          const ProblemFeatures<double>& features = brain[t].features;
          if (per_fold) {
            const auto k = static_cast<std::size_t>(first_fold);
            keep(k, FoldCrossSums<double>(features.values[features.block(first_fold)], values,
                                          problem_.segments.folds[k])
                        .train.product);
          } else {
            const std::vector<PerSet<CrossSums>> sums =
                CrossOfAllFolds<double>(features, values, problem_.segments);
            for (std::size_t k = 0; k < sums.size(); ++k) keep(k, sums[k].train.product);
          }
        }
      });
      if (cancel) return CancelledByFlag();
    }
    return crosses;
  }

  absl::Status ScoreLayer(const std::vector<CcaBrain>& brain, const PairedWords& words, int layer,
                          const std::vector<CcaSide>& folds, const CancelFlag& cancel,
                          const AddScore& add) const override {
    const Eigen::Index pairs = std::min<Eigen::Index>(
        {problem_.spec.cca_components, problem_.epochs.sensors(), width(layer)});
    absl::StatusOr<Crosses> crosses = CrossOf(brain, words, layer, cancel);
    if (!crosses.ok()) return crosses.status();
    for (int fold = 0; fold < fold_count(); ++fold) {
      const auto k = static_cast<std::size_t>(fold);
      const CcaSide& side = folds[k];
      const auto train_words = static_cast<double>(problem_.segments.folds[k].train_count);
      std::vector<CanonicalPairs> found;
      for (std::size_t t = 0; t < brain.size(); ++t) {
        if (cancel) return CancelledByFlag();
        const CcaSide& x = brain[t].folds[k];
        Matrix& cross = (*crosses)[k][t];
        cross.noalias() -= train_words * x.mean * side.mean.transpose();
        absl::StatusOr<CanonicalPairs> pair = FindPairs(x, side, cross, pairs);
        if (!pair.ok()) return pair.status();
        found.push_back(*std::move(pair));
        cross.resize(0, 0);
      }
      const Eigen::Index test_words = CountOf(test(fold));
      std::vector<Variates> of_layer(brain.size(), Variates::Zero(test_words, pairs));
      ForEachBlock(layer, [&](Eigen::Index first, Eigen::Index count) {
        const Matrix values = Read(*words.columns, layer, fold, words.test[k], first, count);
        for (std::size_t t = 0; t < brain.size(); ++t) {
          of_layer[t].Add(values, side.mean.segment(first, count),
                          found[t].y.middleRows(first, count));
        }
      });
      for (std::size_t t = 0; t < brain.size(); ++t) {
        const ProblemFeatures<double>& features = brain[t].features;
        Variates of_brain = Variates::Zero(test_words, pairs);
        of_brain.Add(RowsAt(features.values[features.block(fold)], test(fold)),
                     brain[t].folds[k].mean, found[t].x);
        add(static_cast<int>(t), fold, ScoreVariates(of_brain, of_layer[t], found[t].defined));
      }
    }
    return absl::OkStatus();
  }

  std::vector<Matrix> rotations_;  // (L); empty where a layer is not rotated
};

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeCca(AlignmentProblem problem,
                                                   const AlignmentResources& resources) {
  auto alignment = std::make_unique<CcaAlignment>(std::move(problem), resources);
  if (absl::Status status = alignment->MakePlan(); !status.ok()) return status;
  return alignment;
}

}  // namespace brainalign
