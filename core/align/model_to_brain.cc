#include <memory>
#include <utility>
#include <vector>

#include "core/align/layer_tiles.h"
#include "core/align/model_at_alphas.h"
#include "core/align/model_to_brain_plan.h"
#include "core/align/uncertainty_tiles.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {
namespace {

// Up to this many features a layer's factorisation is cheap enough to be made
// again for each of several stretches of time.
constexpr int kCheapFeatures = 256;

// Model to brain: each layer's dimensions are the features of every sensor at every time.
template <typename T>
class ModelToBrain final : public LayerTiles<T> {
  using Typed = LayerTiles<T>;
  using Typed::AtOnce;
  using Typed::Blocks;
  using Typed::CellOf;
  using Typed::columns_for_nulls;
  using Typed::fold_count;
  using Typed::observed_;
  using Typed::problem_;
  using Typed::sensors;
  using Typed::spare_;
  using Typed::tiles_;
  using Typed::width;

 public:
  using Typed::layer_count;
  using Typed::time_count;

  ModelToBrain(AlignmentProblem problem, const AlignmentResources& resources)
      : Typed(std::move(problem), resources) {
    // By shape alone, so that results do not depend on the machine.
    for (int layer = 0; layer < layer_count(); ++layer) {
      Typed::AddTilesOfLayer(layer, width(layer) <= kCheapFeatures ? 4 : 1);
    }
    AddTilesOfUncertainty(problem_.uncertainty, tiles_);
  }

  absl::Status MakePlan() {
    return Typed::Adopt(
        PlanModelToBrain(ShapeOf(problem_, sizeof(T)), tiles_, AtOnce(), Typed::resources_));
  }

 private:
  absl::StatusOr<TileScores> Observe(const ActivationColumns<T>& columns, const Tile& tile,
                                     bool keeps, const CancelFlag& cancel) const override {
    TileWork work = Typed::EmptyTile(tile);
    const AlignmentSpec spec = Typed::SpecOf(columns, tile.layer_begin);
    const ProblemFeatures<T> features = Features(columns, tile.layer_begin);
    if (cancel) return CancelledByFlag();
    absl::StatusOr<std::vector<RegressionByTarget<T>>> regressions =
        MakeRegressionsByTarget(features, problem_.segments, spec, /*back=*/nullptr);
    if (!regressions.ok()) return regressions.status();
    std::vector<ObservedFit> fits;
    if (keeps && observed_.keeps()) {
      fits.assign(static_cast<std::size_t>(tile.time_count), ObservedFit(fold_count(), sensors()));
    }
    for (const TargetBlock& block : Blocks(tile.time_count)) {
      const RowMatrix<T> values = SensorColumns<T>(problem_, tile.time_begin, block, spare_);
      const std::vector<TargetSums> sums = SegmentTargetSums<T>(values, problem_.segments);
      const std::vector<PerSet<CrossSums>> cross =
          CrossOfAllFolds<T>(features, values, problem_.segments);
      for (int fold = 0; fold < fold_count(); ++fold) {
        if (cancel) return CancelledByFlag();
        const auto k = static_cast<std::size_t>(fold);
        const TargetColumns<T> targets =
            SensorTargets(problem_, values, sums, problem_.segments.folds[k], block.times);
        const WordsAndSums<T> of_fold{features.values[features.block(fold)], cross[k]};
        RegressionWorkspace<RegressionByTarget<T>> workspace;
        const absl::StatusOr<FoldScores> scores =
            ChooseAndScore((*regressions)[k], spec, targets, of_fold, workspace);
        if (!scores.ok()) return scores.status();
        AddScores(*scores, fold, block, work);
        for (int t = 0; t < block.times && !fits.empty(); ++t) {
          const auto from = scores->alphas.index.begin() + t * block.sensors.count;
          fits[Size(block.time_begin + t)].Set(fold, static_cast<int>(block.sensors.begin),
                                               {from, from + block.sensors.count});
        }
      }
    }
    absl::StatusOr<TileScores> scores =
        Typed::Finish(std::move(work), [this](int) { return sensors(); });
    if (!scores.ok()) return scores;
    for (int t = 0; t < static_cast<int>(fits.size()); ++t) {
      ObservedFit& fit = fits[static_cast<std::size_t>(t)];
      fit.score = {scores->score[static_cast<std::size_t>(t)]};
      observed_.Keep(CellOf(tile, t), std::make_shared<const ObservedFit>(std::move(fit)));
    }
    return scores;
  }

  absl::StatusOr<TileScores> NullTile(const Tile& tile, const CancelFlag& cancel) const override {
    const absl::StatusOr<std::vector<ObservedFits::Fit>> fits = Typed::FitsForNulls(tile, cancel);
    if (!fits.ok()) return fits.status();
    TileScores scores;
    scores.tile = tile;
    absl::StatusOr<std::vector<double>> nulls =
        NullsOfLayer<T>({problem_, columns_for_nulls(), *fits, spare_}, tile, cancel);
    if (!nulls.ok()) return nulls.status();
    scores.null_scores = *std::move(nulls);
    Typed::SetScoreForNulls(*fits, scores);
    return scores;
  }

  ProblemFeatures<T> Features(const ActivationColumns<T>& columns, int layer) const {
    ProblemFeatures<T> features;
    RowMatrix<T> storage;
    for (int fold = 0; fold < (columns.per_fold() ? fold_count() : 1); ++fold) {
      AddLayerFeatures<T>(columns.Columns(fold, columns.column_begin(layer),
                                          columns.column_begin(layer + 1), storage),
                          problem_.segments, features);
    }
    return features;
  }

  void AddScores(const FoldScores& of_columns, int fold, const TargetBlock& block,
                 TileWork& work) const {
    TileScores& scores = work.scores;
    scores.constant_targets += of_columns.constant_targets;
    for (Eigen::Index column = 0; column < of_columns.score.size(); ++column) {
      Typed::AddColumn(fold, /*layer=*/0, block.TimeOf(column), block.SensorOf(column),
                       of_columns.score(column), of_columns.error_bound(column), work);
      ++scores.alpha_counts[static_cast<std::size_t>(
          of_columns.alphas.index[static_cast<std::size_t>(column)])];
    }
  }
};

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeModelToBrain(AlignmentProblem problem,
                                                            const AlignmentResources& resources) {
  return MakeTyped<ModelToBrain>(std::move(problem), resources);
}

}  // namespace brainalign
