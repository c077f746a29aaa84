#include "core/align/similarity_plan.h"

#include <algorithm>
#include <utility>

#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/moments/target_moments.h"
#include "core/planning/plan_choice.h"
#include "core/regressions/problem_features.h"
#include "core/similarity/held_out_side.h"
#include "core/similarity/similarity_cost.h"

namespace brainalign {
namespace {

// What the plan of one metric is made of. Bytes: for each time at hand, once for each tile, held
// for all tiles, of that what is held of the largest layer, and while a layer's part is made. Work:
// of the brain and of the cells of each time, and of each layer.
struct Costs {
  double time_bytes = 0;
  double tile_bytes = 0;
  double shared_bytes = 0;
  double layer_bytes = 0;
  double making_bytes = 0;
  Work of_brain = {};
  Work of_cells = {};
  std::vector<Work> of_layers = {};
};

Costs OfHeldOut(const AlignmentShape& shape) {
  Costs costs;
  // The sensors as they are read, and as they are compared.
  costs.time_bytes =
      2 * BrainColumnsBytes(shape, shape.sensors, 1) + HeldOutSideBytes(shape, shape.sensors);
  costs.tile_bytes = MakeHeldOutSideBytes(shape, shape.sensors);
  // The sensors of a fold as they are standardised, and copies of them.
  costs.time_bytes += 3 * sizeof(double) * (shape.words - shape.training_words) * shape.sensors;
  costs.of_brain = MakeHeldOutSideWork(shape, shape.sensors);
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    const SimilarityColumns columns = {shape.sensors, shape.columns(layer)};
    const double held = HeldOutSideBytes(shape, columns.y);
    costs.shared_bytes += held;
    costs.layer_bytes = std::max(costs.layer_bytes, held);
    costs.tile_bytes = std::max(costs.tile_bytes, ScoreHeldOutBytes(shape, columns));
    // A layer's components are read as a whole where their signs matter.
    costs.making_bytes =
        std::max({costs.making_bytes, MakeHeldOutSideBytes(shape, columns.y),
                  shape.components > 0 ? sizeof(double) * shape.words * columns.y : 0});
    costs.of_layers.push_back(MakeHeldOutSideWork(shape, columns.y));
    costs.of_cells += ScoreHeldOutWork(shape, columns);
  }
  return costs;
}

Costs OfCca(const AlignmentShape& shape) {
  Costs costs;
  const bool dual = shape.sensors > shape.words;
  const double x = std::min(shape.sensors, shape.words);
  const double blocks = dual && shape.zscore_per_fold ? shape.folds : 1;
  const double passes = std::max(blocks, shape.projections);
  costs.time_bytes = ProblemFeaturesBytes(shape, x, blocks) + CcaSideBytes(shape, x) +
                     (dual ? BrainColumnsBytes(shape, shape.sensors, 1) : 0);
  costs.tile_bytes =
      AssembleFeaturesBytes(shape, x) + (dual ? TurnToDualBytes(shape, shape.sensors) : 0);
  costs.of_brain = MakeCcaSideWork(shape, x, blocks);
  double of_time = 0;
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    const double given = shape.columns(layer);
    const SimilarityColumns columns = {x, std::min(given, shape.words)};
    const double at_once = std::min<double>(columns.y, kSimilarityColumnsAtOnce);
    const double rotated = given > shape.words ? sizeof(double) * shape.words * columns.y : 0;
    const double turning =
        given > shape.words ? sizeof(double) * shape.words * given + TurnToDualBytes(shape, given)
                            : 0;
    const double held = CcaSideBytes(shape, columns.y);
    costs.shared_bytes += held + rotated;
    costs.layer_bytes = std::max(costs.layer_bytes, held);
    costs.making_bytes = std::max({costs.making_bytes, turning, MakeCcaSideBytes(columns.y)});
    costs.tile_bytes = std::max({costs.tile_bytes, MakeCcaSideBytes(x),
                                 CrossSumsBytes(shape, x, at_once, passes == 1) +
                                     2 * sizeof(double) * shape.words * at_once});
    of_time = std::max(of_time, ScoreCcaBytes(shape, columns));
    costs.of_layers.push_back(MakeCcaSideWork(shape, columns.y, shape.folds));
    costs.of_cells += ScoreCcaWork(shape, columns, passes);
  }
  costs.time_bytes += of_time;
  return costs;
}

Costs CostsOf(const AlignmentShape& shape, Metric metric) {
  Costs costs = metric == Metric::kCca ? OfCca(shape) : OfHeldOut(shape);
  costs.of_brain.bytes += 12 * shape.words * shape.sensors;
  // Trends are taken out of sensors once, and out of dimensions whenever they are read.
  constexpr double kReadings = 4;
  const double of_value = 2 * shape.polynomials;
  costs.of_brain.double_operations += 2 * of_value * shape.words * shape.sensors;
  for (std::size_t layer = 0; layer < shape.dims.size() && shape.components == 0; ++layer) {
    costs.of_layers[layer].double_operations +=
        kReadings * of_value * shape.words * shape.dims[layer];
  }
  return costs;
}

// The work of a tile of nulls. What is found of a layer is found again for each null, and for each
// of so many times at once. `with_matrix`: whether the tile also has the matrix that the nulls are
// compared with.
Work OfNulls(const Costs& costs, const Tile& tile, int times_at_once, bool with_matrix) {
  const int turns = (tile.time_count + times_at_once - 1) / times_at_once;
  Work of_matrix = costs.of_cells * tile.time_count;
  for (const Work& of_layer : costs.of_layers) of_matrix += of_layer * turns;
  Work work = costs.of_brain * tile.time_count;
  work += of_matrix * (tile.null_count + (with_matrix ? 1 : 0));
  return work;
}

}  // namespace

absl::StatusOr<AlignmentPlan> PlanSimilarity(const AlignmentShape& shape, Metric metric,
                                             const std::vector<Tile>& tiles,
                                             const AlignmentResources& resources) {
  const bool has_nulls = HasKind(tiles, TileKind::kNulls);
  const bool has_basis = has_nulls && shape.projections > 1;
  AlignmentShape one_basis = shape;
  one_basis.ShareColumns();
  Costs costs = CostsOf(shape, metric);
  const Costs of_nulls = CostsOf(one_basis, metric);
  if (has_nulls) {
    costs.tile_bytes = of_nulls.layer_bytes + std::max(costs.tile_bytes, of_nulls.making_bytes);
  }
  Work of_time = costs.of_brain;
  of_time += costs.of_cells;
  AlignmentPlan base;
  AddPreparations(shape, /*with_statistics=*/false, base);
  if (has_basis) AddPreparationsOfOneBasis(shape, /*with_statistics=*/false, base);
  base.preparation_bytes =
      std::max(base.preparation_bytes, ToBytes(kThreadBytes + costs.making_bytes));
  base.preparations.insert(base.preparations.end(), costs.of_layers.begin(), costs.of_layers.end());
  AddSideFacts(shape, base);
  std::vector<AlignmentPlan> candidates;
  for (const bool in_file : {false, true}) {
    if (in_file && (shape.components == 0 || resources.scratch_folder.empty())) continue;
    for (int times = tiles.front().time_count; times >= 1; --times) {
      AlignmentPlan plan = base;
      plan.columns_in_file = in_file;
      plan.times_at_once = times;
      for (const Tile& tile : tiles) {
        plan.tiles.push_back(tile.kind == TileKind::kNulls
                                 ? OfNulls(of_nulls, tile, times, has_basis && tile.null_begin == 0)
                                 : of_time * tile.time_count);
      }
      double shared_bytes = BytesOfResult(shape, tiles) + shape.trend_bytes + costs.shared_bytes;
      if (!in_file) {
        shared_bytes += ProjectedBytes(shape, shape.all_columns()) +
                        (has_basis ? ProjectedBytes(one_basis, shape.all_columns()) : 0);
      }
      plan.shared_bytes = ToBytes(shared_bytes);
      plan.tile_bytes = ToBytes(kThreadBytes + times * costs.time_bytes +
                                GatherBrainBytes(shape, times) + costs.tile_bytes);
      candidates.push_back(std::move(plan));
    }
  }
  return ChoosePlan(candidates, resources);
}

}  // namespace brainalign
