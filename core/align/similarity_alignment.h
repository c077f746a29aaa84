#ifndef BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/layer_words.h"
#include "core/align/similarity_plan.h"
#include "core/align/typed_alignment.h"
#include "core/cancel.h"
#include "core/similarity/held_out_side.h"

namespace brainalign {

// An alignment whose metric compares the two matrices of a cell as a whole: the brain at one time
// and the activations of one layer. Everything is in float64. A tile is a stretch of time with all
// layers, so that the brain of a time is read once. Results that depend only on a layer are
// computed by a unit of preparation and kept.
//
// `Brain`: results for the brain at one time. `LayerFold`: results for one layer in one fold.
template <typename Brain, typename LayerFold>
class SimilarityAlignment : public TypedAlignment<double> {
 public:
  SimilarityAlignment(AlignmentProblem problem, const AlignmentResources& resources)
      : TypedAlignment<double>(std::move(problem), resources, /*with_statistics=*/false),
        layers_(problem_.inputs.layers.size()) {
    for (const FoldSets& sets : problem_.segments.folds) {
      test_.push_back(sets.test.ranges);
      train_.push_back(RangesOf(TrainPositions(problem_.segments, sets)));
    }
    AddTilesOfTimes();
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
  // Computes the results for a layer in one fold. Called for the folds in their order.
  virtual absl::StatusOr<LayerFold> MakeLayerFold(int layer, int fold) = 0;
  // The scores of one layer: calls `add` for each time of `brain` and each fold.
  using AddScore = std::function<void(int time, int fold, const SimilarityScore& score)>;
  virtual absl::Status ScoreLayer(const std::vector<Brain>& brain, int layer,
                                  const CancelFlag& cancel, const AddScore& add) const = 0;

  const LayerFold& OfLayer(int layer, int fold) const {
    return layers_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(fold)];
  }

  void Release() override {
    TypedAlignment<double>::Release();
    layers_.clear();
  }

  // The columns of a layer.
  int begin(int layer) const { return activations_.column_begin(layer); }

  const PositionRanges& test(int fold) const { return test_[static_cast<std::size_t>(fold)]; }
  const PositionRanges& train(int fold) const { return train_[static_cast<std::size_t>(fold)]; }

 private:
  bool prepares_layers() const override { return true; }

  absl::Status PrepareLayer(int layer, const CancelFlag& cancel) override {
    for (int fold = 0; fold < fold_count(); ++fold) {
      if (cancel) return CancelledByFlag();
      absl::StatusOr<LayerFold> made = MakeLayerFold(layer, fold);
      if (!made.ok()) return made.status();
      layers_[static_cast<std::size_t>(layer)].push_back(*std::move(made));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const override {
    UseCallersThreads();
    TileWork work = EmptyTile(tiles_[static_cast<std::size_t>(index)]);
    TileScores& scores = work.scores;
    scores.index = index;
    const int times = scores.tile.time_count;
    for (int first = 0; first < times; first += plan_.times_at_once) {
      const int count = std::min(plan_.times_at_once, times - first);
      const absl::StatusOr<std::vector<Brain>> brain =
          MakeBrain(scores.tile.time_begin + first, count, cancel);
      if (!brain.ok()) return brain.status();
      for (int layer = 0; layer < layer_count(); ++layer) {
        const auto add = [&](int time, int fold, const SimilarityScore& score) {
          scores.score_per_fold[Size((fold * layer_count() + layer) * times + first + time)] =
              score.score;
          scores.constant_targets += score.undefined;
        };
        absl::Status status = ScoreLayer(*brain, layer, cancel, add);
        if (!status.ok()) return status;
      }
    }
    return Finish(std::move(work), [](int /*layer*/) { return 1; });
  }

  std::vector<std::vector<LayerFold>> layers_;  // (L, K)
  std::vector<PositionRanges> test_;            // (K)
  std::vector<PositionRanges> train_;           // (K)
};

// As MakeAlignment, for the metrics cka, cka_debiased and rsa, and for cca.
absl::StatusOr<std::unique_ptr<Alignment>> MakeHeldOutSimilarity(
    AlignmentProblem problem, const AlignmentResources& resources);
absl::StatusOr<std::unique_ptr<Alignment>> MakeCca(AlignmentProblem problem,
                                                   const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_
