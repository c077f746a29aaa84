#ifndef BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_

#include <memory>
#include <mutex>
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
// layers, so that the brain of a time is read once. What depends on a layer alone is computed by
// the first tile that needs it and kept.
//
// `Brain`: what is kept of the brain at one time. `LayerFold`: what is kept of one layer in one
// fold.
template <typename Brain, typename LayerFold>
class SimilarityAlignment : public TypedAlignment<double> {
 public:
  SimilarityAlignment(AlignmentProblem problem, const AlignmentResources& resources)
      : TypedAlignment<double>(std::move(problem), resources, /*with_statistics=*/false),
        layers_(problem_.inputs.layers.size()) {
    for (auto& layer : layers_) layer = std::vector<KeptFold>(problem_.segments.folds.size());
    for (const FoldSets& sets : problem_.segments.folds) {
      test_.push_back(sets.test.ranges);
      train_.push_back(RangesOf(TrainPositions(problem_.segments, sets)));
    }
    AddTilesOfTimes();
  }

  absl::Status MakePlan() {
    return Adopt(PlanSimilarity(ShapeOf(problem_, sizeof(double)), problem_.spec.metric, tiles_,
                                resources_));
  }

 protected:
  // The brain at `count` times from `time_begin` on.
  virtual absl::StatusOr<std::vector<Brain>> MakeBrain(int time_begin, int count,
                                                       const CancelFlag& cancel) const = 0;
  virtual absl::StatusOr<LayerFold> MakeLayerFold(int layer, int fold) const = 0;
  // The scores of one layer: calls `add` for each time of `brain` and each fold.
  using AddScore = std::function<void(int time, int fold, const SimilarityScore& score)>;
  virtual absl::Status ScoreLayer(const std::vector<Brain>& brain, int layer,
                                  const CancelFlag& cancel, const AddScore& add) const = 0;

  absl::StatusOr<const LayerFold*> OfLayer(int layer, int fold) const {
    KeptFold& kept = layers_[static_cast<std::size_t>(layer)][static_cast<std::size_t>(fold)];
    std::call_once(kept.made, [&] { kept.value = MakeLayerFold(layer, fold); });
    if (!kept.value.ok()) return kept.value.status();
    return &*kept.value;
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
  struct KeptFold {
    std::once_flag made;
    absl::StatusOr<LayerFold> value = absl::InternalError("not made");
  };

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
      for (int i = 0; i < layer_count(); ++i) {
        // Tiles begin with different layers: the first ones make what is kept of the layers.
        const int layer = (index + i) % layer_count();
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

  mutable std::vector<std::vector<KeptFold>> layers_;  // (L, K)
  std::vector<PositionRanges> test_;                   // (K)
  std::vector<PositionRanges> train_;                  // (K)
};

// As MakeAlignment, for the metrics cka, cka_debiased and rsa, and for cca.
absl::StatusOr<std::unique_ptr<Alignment>> MakeHeldOutSimilarity(
    AlignmentProblem problem, const AlignmentResources& resources);
absl::StatusOr<std::unique_ptr<Alignment>> MakeCca(AlignmentProblem problem,
                                                   const AlignmentResources& resources);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SIMILARITY_ALIGNMENT_H_
