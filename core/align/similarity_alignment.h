#ifndef BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/layer_words.h"
#include "core/align/similarity_plan.h"
#include "core/align/typed_alignment.h"
#include "core/align/uncertainty_tiles.h"
#include "core/cancel.h"
#include "core/similarity/held_out_side.h"

namespace brainalign {

// The rows of activations that stand at the positions of the words: their own, or in a null those
// of other words. Ranges of the latter are in any order.
struct PairedWords {
  const ActivationColumns<double>* columns = nullptr;
  PositionRanges all;
  std::vector<PositionRanges> test;   // (K)
  std::vector<PositionRanges> train;  // (K)
};

// An alignment whose metric compares the two matrices of a cell as a whole: the brain at one time
// and the activations of one layer. Everything is in float64. A tile is a stretch of time with all
// layers, so that the brain of a time is read once. Results that depend only on a layer are
// computed by a unit of preparation and kept. Those of a null are computed by each tile, for one
// layer at a time.
//
// `Brain`: results for the brain at one time. `LayerFold`: results for one layer in one fold.
template <typename Brain, typename LayerFold>
class SimilarityAlignment : public TypedAlignment<double> {
 public:
  SimilarityAlignment(AlignmentProblem problem, const AlignmentResources& resources)
      : TypedAlignment<double>(std::move(problem), resources, /*with_statistics=*/false),
        layers_(problem_.inputs.layers.size()) {
    own_.columns = &activations_;
    own_.all = {{0, problem_.segments.words()}};
    for (const FoldSets& sets : problem_.segments.folds) {
      own_.test.push_back(sets.test.ranges);
      own_.train.push_back(RangesOf(TrainPositions(problem_.segments, sets)));
    }
    AddTilesOfTimes();
    AddTilesOfUncertainty(problem_.uncertainty, tiles_);
  }

  // Makes the plan and the graph of units. Call it once, after the constructor. Errors as
  // ChoosePlan.
  absl::Status MakePlan() {
    return Adopt(PlanSimilarity(ShapeOf(problem_, sizeof(double)), problem_.spec.metric, tiles_,
                                resources_));
  }

 protected:
  // The brain at `count` times from `time_begin` on.
  virtual absl::StatusOr<std::vector<Brain>> MakeBrain(int time_begin, int count,
                                                       const CancelFlag& cancel) const = 0;
  // Called once for each layer, before MakeLayerFold.
  virtual void StartLayer(int /*layer*/) {}
  // Computes the results for a layer in one fold.
  virtual absl::StatusOr<LayerFold> MakeLayerFold(const PairedWords& words, int layer,
                                                  int fold) const = 0;
  // The scores of one layer, of which `folds` (K) are of the same words: calls `add` for each time
  // of `brain` and each fold.
  using AddScore = std::function<void(int time, int fold, const SimilarityScore& score)>;
  virtual absl::Status ScoreLayer(const std::vector<Brain>& brain, const PairedWords& words,
                                  int layer, const std::vector<LayerFold>& folds,
                                  const CancelFlag& cancel, const AddScore& add) const = 0;

  void Release() override {
    TypedAlignment<double>::Release();
    layers_.clear();
  }

  // The columns of a layer.
  int begin(int layer) const { return activations_.column_begin(layer); }

  const PositionRanges& test(int fold) const { return own_.test[Size(fold)]; }
  const PositionRanges& train(int fold) const { return own_.train[Size(fold)]; }

 private:
  bool prepares_layers() const override { return true; }

  absl::Status PrepareLayer(int layer, const CancelFlag& cancel) override {
    StartLayer(layer);
    absl::StatusOr<std::vector<LayerFold>> folds = MakeLayerFolds(own_, layer, cancel);
    if (!folds.ok()) return folds.status();
    layers_[Size(layer)] = *std::move(folds);
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<LayerFold>> MakeLayerFolds(const PairedWords& words, int layer,
                                                        const CancelFlag& cancel) const {
    std::vector<LayerFold> folds;
    for (int fold = 0; fold < fold_count(); ++fold) {
      if (cancel) return CancelledByFlag();
      absl::StatusOr<LayerFold> made = MakeLayerFold(words, layer, fold);
      if (!made.ok()) return made.status();
      folds.push_back(*std::move(made));
    }
    return folds;
  }

  absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const override {
    UseCallersThreads();
    const Tile& tile = tiles_[Size(index)];
    absl::StatusOr<TileScores> scores =
        tile.kind == TileKind::kNulls ? NullTile(tile, cancel) : ScoreTile(tile, cancel);
    if (scores.ok()) scores->index = index;
    return scores;
  }

  // Calls `use` with the brain at some times of a tile, of which the first is `first`, until all
  // have had their turn.
  using UseBrain = std::function<absl::Status(int first, const std::vector<Brain>& brain)>;
  absl::Status ForEachBrain(const Tile& tile, const CancelFlag& cancel, const UseBrain& use) const {
    for (int first = 0; first < tile.time_count; first += plan_.times_at_once) {
      const int count = std::min(plan_.times_at_once, tile.time_count - first);
      const absl::StatusOr<std::vector<Brain>> brain =
          MakeBrain(tile.time_begin + first, count, cancel);
      if (!brain.ok()) return brain.status();
      if (absl::Status status = use(first, *brain); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<TileScores> ScoreTile(const Tile& tile, const CancelFlag& cancel) const {
    TileWork work = EmptyTile(tile);
    TileScores& scores = work.scores;
    const auto score = [&](int first, const std::vector<Brain>& brain) -> absl::Status {
      for (int layer = 0; layer < layer_count(); ++layer) {
        const auto add = [&](int time, int fold, const SimilarityScore& of_cell) {
          scores.score_per_fold[Size((fold * layer_count() + layer) * tile.time_count + first +
                                     time)] = of_cell.score;
          scores.constant_targets += of_cell.undefined;
        };
        absl::Status status = ScoreLayer(brain, own_, layer, layers_[Size(layer)], cancel, add);
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    };
    if (absl::Status status = ForEachBrain(tile, cancel, score); !status.ok()) return status;
    return Finish(std::move(work), [](int /*layer*/) { return 1; });
  }

  // Which words of `columns` the words of the brain meet: position p meets `positions`[p].
  PairedWords Paired(const std::vector<std::int32_t>& positions,
                     const ActivationColumns<double>& columns) const {
    const auto met = [&](const PositionRanges& ranges) {
      std::vector<std::int32_t> of_ranges;
      for (const auto& [begin, end] : ranges) {
        of_ranges.insert(of_ranges.end(), positions.begin() + begin, positions.begin() + end);
      }
      return RunsOf(of_ranges);
    };
    PairedWords words = {&columns, met(own_.all), {}, {}};
    for (int fold = 0; fold < fold_count(); ++fold) {
      words.test.push_back(met(test(fold)));
      words.train.push_back(met(train(fold)));
    }
    return words;
  }

  // The scores of all layers, whose words are not those that were prepared.
  using AddLayerScore =
      std::function<void(int layer, int time, int fold, const SimilarityScore& score)>;
  absl::Status ScoreOtherWords(const std::vector<Brain>& brain, const PairedWords& words,
                               const CancelFlag& cancel, const AddLayerScore& add) const {
    for (int layer = 0; layer < layer_count(); ++layer) {
      const absl::StatusOr<std::vector<LayerFold>> folds = MakeLayerFolds(words, layer, cancel);
      if (!folds.ok()) return folds.status();
      absl::Status status = ScoreLayer(
          brain, words, layer, *folds, cancel,
          [&](int time, int fold, const SimilarityScore& score) { add(layer, time, fold, score); });
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::StatusOr<TileScores> NullTile(const Tile& tile, const CancelFlag& cancel) const {
    TileScores scores;
    scores.tile = tile;
    // Where nulls have components of their own, they are compared with a matrix of these.
    const bool has_own_matrix = activations_.per_fold() && tile.null_begin == 0;
    if (has_own_matrix) scores.score_for_nulls.assign(Size(layer_count() * tile.time_count), 0.0);
    NullSums sums(fold_count(), tile);
    const auto score = [&](int first, const std::vector<Brain>& brain) -> absl::Status {
      for (int null = 0; null < tile.null_count; ++null) {
        const PairedWords words = Paired(
            ShiftedPositions(problem_.segments, problem_.uncertainty, tile.null_begin + null),
            columns_for_nulls());
        absl::Status status = ScoreOtherWords(
            brain, words, cancel,
            [&](int layer, int time, int fold, const SimilarityScore& of_cell) {
              sums.Add(fold, null, layer, first + time, of_cell.score, /*error_bound=*/0);
            });
        if (!status.ok()) return status;
      }
      if (!has_own_matrix) return absl::OkStatus();
      PairedWords words = own_;
      words.columns = &columns_for_nulls();
      return ScoreOtherWords(
          brain, words, cancel,
          [&](int layer, int time, int /*fold*/, const SimilarityScore& of_cell) {
            scores.score_for_nulls[Size(layer * tile.time_count + first + time)] += of_cell.score;
          });
    };
    if (absl::Status status = ForEachBrain(tile, cancel, score); !status.ok()) return status;
    for (double& sum : scores.score_for_nulls) sum /= fold_count();
    absl::StatusOr<std::vector<double>> nulls =
        sums.Finish(problem_.spec, [](int /*layer*/) { return 1; });
    if (!nulls.ok()) return nulls.status();
    scores.null_scores = *std::move(nulls);
    return scores;
  }

  std::vector<std::vector<LayerFold>> layers_;  // (L, K)
  PairedWords own_;
};

// As MakeAlignment, for the metrics cka, cka_debiased and rsa, and for cca.
absl::StatusOr<std::unique_ptr<Alignment>> MakeHeldOutSimilarity(
    AlignmentProblem problem, const AlignmentResources& resources);
absl::StatusOr<std::unique_ptr<Alignment>> MakeCca(AlignmentProblem problem,
                                                   const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_
