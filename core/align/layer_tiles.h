#ifndef BRAINALIGN_CORE_ALIGN_LAYER_TILES_H_
#define BRAINALIGN_CORE_ALIGN_LAYER_TILES_H_

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "core/align/layer_alphas.h"
#include "core/align/model_at_alphas.h"
#include "core/align/observed_fits.h"
#include "core/align/typed_alignment.h"
#include "core/align/uncertainty_tiles.h"
#include "core/linalg/multiplying_threads.h"

namespace brainalign {

// The common part of alignments whose features are one layer and whose targets are the sensors at
// all times (model_to_brain). A tile is one layer with all times, or with a stretch of them.
template <typename T>
class LayerTiles : public TypedAlignment<T> {
  using Typed = TypedAlignment<T>;

 public:
  using Typed::layer_count;
  using Typed::time_count;

 protected:
  using Typed::activations_;
  using Typed::problem_;
  using Typed::tiles_;

  LayerTiles(AlignmentProblem problem, const AlignmentResources& resources)
      : Typed(std::move(problem), resources, /*with_statistics=*/false),
        observed_(problem_.uncertainty.nulls > 0 ? Size(layer_count()) * Size(time_count()) : 0) {}

  void Release() override {
    Typed::Release();
    observed_.Clear();
  }

  absl::StatusOr<TileScores> ComputeTile(int index, const CancelFlag& cancel) const final {
    UseCallersThreads();
    const Tile& tile = tiles_[Size(index)];
    // Where nulls have components of their own, the fits that they take over are others.
    const bool keeps = !activations_.per_fold();
    absl::StatusOr<TileScores> scores = tile.kind == TileKind::kNulls
                                            ? NullTile(tile, cancel)
                                            : Observe(activations_, tile, keeps, cancel);
    if (scores.ok()) scores->index = index;
    return scores;
  }

  // The observed matrix in the rectangle of a tile. `columns`: the activations, or
  // columns_for_nulls(). `keeps`: whether to keep the alphas in observed_ for nulls.
  virtual absl::StatusOr<TileScores> Observe(const ActivationColumns<T>& columns, const Tile& tile,
                                             bool keeps, const CancelFlag& cancel) const = 0;
  virtual absl::StatusOr<TileScores> NullTile(const Tile& tile, const CancelFlag& cancel) const = 0;

  // The specification of regressions on a layer.
  AlignmentSpec SpecOf(const ActivationColumns<T>& columns, int layer) const {
    return WithAlphasInUnit(problem_.spec, columns.exponent(layer));
  }

  // Divides the times of a layer into about as many stretches.
  void AddTilesOfLayer(int layer, int stretches) {
    const int times = std::max(AtOnce().times, (time_count() + stretches - 1) / stretches);
    for (int begin = 0; begin < time_count(); begin += times) {
      tiles_.push_back({layer, 1, begin, std::min(times, time_count() - begin)});
    }
  }

  // The fits of a tile's times on columns_for_nulls(), which nulls take over.
  absl::StatusOr<std::vector<ObservedFits::Fit>> FitsForNulls(const Tile& tile,
                                                              const CancelFlag& cancel) const {
    return observed_.FindOrMake(CellOf(tile, 0), tile.time_count, [&] {
      return Observe(Typed::columns_for_nulls(), tile, /*keeps=*/true, cancel).status();
    });
  }

  // Keeps the scores of `fits` in those of a tile of nulls, where these are of other columns.
  void SetScoreForNulls(const std::vector<ObservedFits::Fit>& fits, TileScores& scores) const {
    if (!activations_.per_fold() || scores.tile.null_begin != 0) return;
    for (const ObservedFits::Fit& fit : fits) scores.score_for_nulls.push_back(fit->score[0]);
  }

  // The index in observed_ of a tile's time sample.
  std::size_t CellOf(const Tile& tile, int time) const {
    return Size(tile.layer_begin) * Size(time_count()) + Size(tile.time_begin + time);
  }

  int sensors() const { return static_cast<int>(problem_.epochs.sensors()); }
  TargetsAtOnce AtOnce() const { return TargetsOfSensors(sensors(), problem_.spec.shared_alpha); }
  // Of a tile of so many times.
  std::vector<TargetBlock> Blocks(int times) const {
    return TargetBlocks(times, sensors(), AtOnce());
  }

  mutable ObservedFits observed_;  // by layer and time; on columns_for_nulls()
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LAYER_TILES_H_
