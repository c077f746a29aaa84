#include "core/align/banded_to_brain_plan.h"

#include <algorithm>
#include <utility>

#include "core/align/banded_nulls.h"
#include "core/align/model_to_brain_plan.h"
#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/planning/plan_choice.h"
#include "core/regressions/banded_regressions.h"
#include "core/regressions/explained_by_nuisance.h"
#include "core/regressions/regressions_at_alphas.h"

namespace brainalign {
absl::StatusOr<AlignmentPlan> PlanBandedToBrain(const AlignmentShape& shape,
                                                const std::vector<Tile>& tiles,
                                                const TargetsAtOnce& targets_at_once,
                                                const AlignmentResources& resources) {
  AlignmentPlan base;
  base.times_at_once = targets_at_once.times;
  AlignmentShape as_given = shape;
  as_given.nuisance = 0;  // nothing is taken out of the activations
  AddPreparations(as_given, /*with_statistics=*/false, base);
  const bool has_nulls = HasKind(tiles, TileKind::kNulls);
  const bool has_basis = has_nulls && shape.projections > 1;
  if (has_basis) AddPreparationsOfOneBasis(as_given, /*with_statistics=*/false, base);
  AddPreparationsOfNuisance(shape, /*with_statistics=*/false, base);
  AddSideFacts(shape, base);
  AlignmentShape one_basis = shape;
  one_basis.ShareColumns();
  const ProblemSize of_null = WithKnownAlphas(one_basis);
  const double at_once = targets_at_once.count();
  // The brain of the stretch at hand, and that of the one before, which is written over.
  const double brain = 2 * BrainColumnsBytes(shape, targets_at_once.sensors, targets_at_once.times);
  const double ratios = BandRatioCount(shape);
  // Folds with components of their own are fitted one after the other.
  ProblemSize part = shape;
  if (shape.projections > 1) part.folds = 1;
  for (const Tile& tile : tiles) {
    const double given = shape.columns(static_cast<std::size_t>(tile.layer_begin));
    const double both = given + shape.nuisance;
    const double columns = tile.time_count * shape.sensors;
    const auto of_bands = [&](const ProblemSize& size) {
      Work work = BandedWork(size, both, columns, at_once) * ratios;
      work.bytes += 12 * shape.words * columns * ratios;
      return work;
    };
    const Work alone = BandedWork(shape, shape.nuisance, columns, at_once);
    Work work = of_bands(part);
    work += BandedWork(part, given, columns, at_once);
    work = work * shape.projections;
    work += alone;
    const BandedBytes bands = BytesOfBanded(part, both, at_once);
    const BandedBytes of_nuisance = BytesOfBanded(shape, shape.nuisance, at_once);
    // Scores, parts, and what was chosen of each target and fold.
    const double scores = 8 * 3 * 6 * shape.folds * columns;
    const double copies = 8 * 2 * shape.words * both;
    double fitting = std::max(bands.held + std::max(bands.making, bands.scoring),
                              of_nuisance.held + std::max(of_nuisance.making, of_nuisance.scoring));
    if (tile.kind == TileKind::kNulls) {
      fitting = std::max(fitting, BandedNullsBytes(of_null, given, at_once));
      Work of_nulls = of_bands(of_null) * tile.null_count;
      of_nulls += ExplainedByNuisanceWork(of_null, given);
      of_nulls += alone;
      if (has_basis && tile.null_begin == 0) of_nulls += work;
      base.tiles.push_back(of_nulls);
    } else {
      base.tiles.push_back(work);
    }
    base.tile_bytes =
        std::max(base.tile_bytes, ToBytes(kThreadBytes + scores + copies + brain +
                                          BandedFeaturesBytes(shape, both) + fitting));
  }
  base.shared_bytes =
      ToBytes(BytesOfResult(shape, tiles) + shape.trend_bytes + 8 * shape.words * shape.nuisance);
  return ChoosePlanOfLayerTiles(shape, tiles, resources, std::move(base));
}

}  // namespace brainalign
