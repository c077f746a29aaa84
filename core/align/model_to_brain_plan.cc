#include "core/align/model_to_brain_plan.h"

#include <algorithm>
#include <utility>

#include "core/align/model_at_alphas.h"
#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/moments/target_moments.h"
#include "core/planning/plan_choice.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/regressions/regression_cost.h"
#include "core/regressions/regressions_at_alphas.h"

namespace brainalign {

absl::StatusOr<AlignmentPlan> PlanModelToBrain(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles,
                                               const TargetsAtOnce& targets_at_once,
                                               const AlignmentResources& resources) {
  AlignmentPlan base;
  base.times_at_once = targets_at_once.times;
  AddPreparations(shape, /*with_statistics=*/false, base);
  const bool has_nulls = HasKind(tiles, TileKind::kNulls);
  const bool has_basis = has_nulls && shape.projections > 1;
  if (has_basis) AddPreparationsOfOneBasis(shape, /*with_statistics=*/false, base);
  AddSideFacts(shape, base);
  AlignmentShape one_basis = shape;
  one_basis.projections = 1;
  const ProblemSize of_null = WithKnownAlphas(one_basis);
  const double at_once = targets_at_once.count();
  const double brain = BrainColumnsBytes(shape, targets_at_once.sensors, targets_at_once.times);
  for (const Tile& tile : tiles) {
    const auto layer = static_cast<std::size_t>(tile.layer_begin);
    const double given = shape.columns(layer);
    const bool dual = shape.training_words < given;
    const FeatureSize side = {dual ? std::min(given, shape.words) : given, shape.projections};
    const double columns = tile.time_count * shape.sensors;
    Work work = MakeRegressionsWork(shape, side);
    work += ChooseAndScoreWork(shape, side, columns, at_once, side.blocks);
    work.bytes += 12 * shape.words * columns;
    if (tile.kind == TileKind::kNulls) {
      const FeatureSize shifted = {side.features, 1};
      Work of_nulls = MakeRegressionsWork(of_null, shifted);
      of_nulls += ScoreAtAlphasWork(of_null, shifted, columns, /*in_panels=*/false);
      of_nulls.bytes +=
          12 * shape.words * (given + columns / LayerNullsAtOnce(of_null, side.features));
      of_nulls = of_nulls * tile.null_count;
      if (has_basis && tile.null_begin == 0) of_nulls += work;
      base.tiles.push_back(of_nulls);
      const double copy = shape.words * given * shape.value_bytes;
      base.tile_bytes = std::max(
          base.tile_bytes,
          ToBytes(kThreadBytes + brain + 2 * copy + (dual ? TurnToDualBytes(shape, given) : 0) +
                  LayerNullsBytes(of_null, side.features, shape.sensors)));
      continue;
    }
    base.tiles.push_back(work);
    // A layer's columns as they are read, and in the dual as they are rotated.
    const double copy = shape.words * given * shape.value_bytes;
    const double reading =
        (shape.components == 0 ? copy : 0) + (dual ? copy + TurnToDualBytes(shape, given) : 0);
    const double regressions = RegressionsByTargetBytes(shape, side.features);
    const double fitting = regressions + MakeRegressionByTargetBytes(shape, side.features);
    const double scoring = regressions + brain + GatherBrainBytes(shape, targets_at_once.times) +
                           CrossSumsBytes(shape, side.features, at_once, /*all_folds=*/true) +
                           ScoreByTargetBytes(shape, side.features, at_once);
    // The brain of the tile before is kept to be written over.
    const double bytes = kThreadBytes + brain +
                         ProblemFeaturesBytes(shape, side.features, side.blocks) +
                         std::max({reading, fitting, scoring});
    base.tile_bytes = std::max(base.tile_bytes, ToBytes(bytes));
  }
  base.shared_bytes = ToBytes(BytesOfResult(shape, tiles) + shape.trend_bytes);
  return ChoosePlanOfLayerTiles(shape, tiles, resources, std::move(base));
}

absl::StatusOr<AlignmentPlan> ChoosePlanOfLayerTiles(const AlignmentShape& shape,
                                                     const std::vector<Tile>& tiles,
                                                     const AlignmentResources& resources,
                                                     AlignmentPlan base) {
  const bool has_nulls = HasKind(tiles, TileKind::kNulls);
  if (has_nulls) {
    double cells = 0;
    for (const Tile& tile : tiles) {
      if (tile.kind == TileKind::kScores) cells += tile.time_count;
    }
    base.shared_bytes += ToBytes(cells * ObservedFitBytes(shape.folds, shape.sensors));
  }
  AlignmentShape one_basis = shape;
  one_basis.ShareColumns();
  const bool has_basis = has_nulls && shape.projections > 1;
  std::vector<AlignmentPlan> candidates = {base};
  candidates.front().shared_bytes +=
      ToBytes(ProjectedBytes(shape, shape.all_columns()) +
              (has_basis ? ProjectedBytes(one_basis, shape.all_columns()) : 0));
  if (shape.components > 0 && !resources.scratch_folder.empty()) {
    base.columns_in_file = true;
    candidates.push_back(std::move(base));
  }
  return ChoosePlan(candidates, resources);
}

}  // namespace brainalign
