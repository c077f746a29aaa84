#include "core/align/alignment_shape.h"

#include <algorithm>
#include <cmath>

#include "core/columns/preparation_cost.h"
#include "core/planning/plan_choice.h"
#include "core/planning/result_bytes.h"
#include "core/regressions/problem_features.h"

namespace brainalign {

std::int64_t ToBytes(double bytes) { return static_cast<std::int64_t>(std::ceil(bytes)); }

double AlignmentShape::all_columns() const {
  double all = 0;
  for (std::size_t layer = 0; layer < dims.size(); ++layer) all += columns(layer);
  return all;
}

AlignmentShape ShapeOf(const AlignmentProblem& problem, double value_bytes) {
  const AlignmentSpec& spec = problem.spec;
  AlignmentShape shape;
  static_cast<ProblemSize&>(shape) = SizeOf(problem.segments, spec, value_bytes);
  shape.sensors = static_cast<double>(problem.epochs.sensors());
  shape.dual = WantsDual(problem.segments, problem.epochs.sensors());
  shape.blocks = problem.uncertainty.influence_blocks();
  if (shape.blocks > 0 && problem.spec.chooses_by_inner_folds()) {
    shape.left_out_folds = problem.spec.inner_folds;
  }
  const BrainInput& brain = problem.inputs.brain;
  shape.brain_bytes = static_cast<double>(brain.is_continuous() ? brain.continuous.size_bytes()
                                                                : brain.epochs.size_bytes());
  for (const LayerInput& layer : problem.inputs.layers) {
    shape.dims.push_back(static_cast<double>(layer.features()));
    shape.from_sums.push_back(ComponentsFromSums(problem.segments, spec, layer.features()));
    shape.input_bytes.push_back(static_cast<double>(DTypeSize(layer.activations.dtype())));
  }
  shape.more_matrices = problem.uncertainty.nulls + 2.0 * shape.blocks + shape.left_out_folds;
  const std::vector<std::int64_t> widths(shape.dims.begin(), shape.dims.end());
  shape.column_scores =
      static_cast<double>(ColumnAxesOf(spec, problem.epochs.sensors(), widths).length());
  if (spec.time_generalisation) {
    shape.column_scores += static_cast<double>(brain.times_seconds.size());
  }
  // The scores of two bands, and their parts.
  if (spec.is_banded()) shape.column_scores += 4;
  if (problem.checks_itself) shape.side_units = static_cast<int>(shape.dims.size()) + 1;
  if (problem.trends != nullptr) {
    double dims = 0;
    for (const double of_layer : shape.dims) dims += of_layer;
    const double bases = problem.uncertainty.nulls > 0 && spec.components_per_fold() ? 2 : 1;
    const int order = spec.uncertainty.detrend.value_or(0);
    shape.polynomials = order + 1;
    shape.trend_bytes = SessionTrendsBytes(shape.words, order) +
                        bases * ColumnTrendsBytes(static_cast<double>(problem.trends->count()),
                                                  problem.trends->sessions(), dims);
  }
  return shape;
}

double BytesOfResult(const AlignmentShape& shape, const std::vector<Tile>& tiles) {
  ResultShape result = {.cells = 0,
                        .layers = static_cast<double>(shape.dims.size()),
                        .folds = shape.folds,
                        .alphas = shape.alphas,
                        .columns = shape.column_scores,
                        .tile_layers = 0,
                        .more_matrices = shape.more_matrices};
  for (const Tile& tile : tiles) {
    if (tile.kind != TileKind::kScores) continue;
    result.cells += static_cast<double>(tile.layer_count) * tile.time_count;
    result.tile_layers += tile.layer_count;
  }
  return ResultBytes(result);
}

void AddPreparations(const AlignmentShape& shape, bool with_statistics, AlignmentPlan& plan) {
  // Checksums and values.
  constexpr double kReadings = 2;
  plan.opening.bytes = kReadings * shape.brain_bytes;
  plan.layers = static_cast<int>(shape.dims.size());
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    plan.opening.bytes += kReadings * shape.words * shape.dims[layer] * shape.input_bytes[layer];
  }
  std::vector<PreparationCost> costs;
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    const PreparationCost cost = CostOfPreparing(shape, shape.dims[layer], shape.input_bytes[layer],
                                                 shape.from_sums[layer], with_statistics);
    costs.push_back(cost);
    plan.preparation_bytes =
        std::max(plan.preparation_bytes, ToBytes(kThreadBytes + cost.bytes.unit));
    plan.layer_bytes = std::max(plan.layer_bytes, ToBytes(cost.bytes.layer));
    plan.sum_bytes = std::max(plan.sum_bytes, ToBytes(cost.bytes.sum));
    plan.units_of_layer =
        layer == 0 ? cost.side_by_side : std::min(plan.units_of_layer, cost.side_by_side);
  }
  const std::vector<PreparationStep> steps =
      StepsOfPreparation({.from_sums = shape.from_sums,
                          .folds = static_cast<int>(shape.folds),
                          .fits = static_cast<int>(shape.projections),
                          .is_projected = shape.components > 0,
                          .takes_out = shape.nuisance > 0});
  for (const PreparationStep& step : steps) {
    plan.preparations.push_back(costs[static_cast<std::size_t>(step.layer)].Of(step));
  }
}

void AddPreparationsOfOneBasis(const AlignmentShape& shape, bool with_statistics,
                               AlignmentPlan& plan) {
  AlignmentShape one_basis = shape;
  one_basis.ShareColumns();
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    one_basis.from_sums[layer] = shape.components > 0 && shape.words >= shape.dims[layer];
  }
  AlignmentPlan more;
  AddPreparations(one_basis, with_statistics, more);
  plan.preparation_bytes = std::max(plan.preparation_bytes, more.preparation_bytes);
  // A layer of either may be open at the same time.
  plan.layer_bytes += more.layer_bytes;
  plan.sum_bytes += more.sum_bytes;
  plan.units_of_layer = std::min(plan.units_of_layer, more.units_of_layer);
  plan.preparations.insert(plan.preparations.end(), more.preparations.begin(),
                           more.preparations.end());
}

void AddPreparationsOfNuisance(const AlignmentShape& shape, bool with_statistics,
                               AlignmentPlan& plan) {
  AlignmentShape own = shape;
  own.components = 0;
  own.nuisance = 0;
  own.ShareColumns();
  own.dims = {shape.nuisance};
  own.from_sums = {false};
  own.input_bytes = {sizeof(double)};
  AlignmentPlan of_own;
  AddPreparations(own, with_statistics, of_own);
  plan.preparation_bytes = std::max(plan.preparation_bytes, of_own.preparation_bytes);
  plan.preparations.insert(plan.preparations.end(), of_own.preparations.begin(),
                           of_own.preparations.end());
}

void AddSideFacts(const AlignmentShape& shape, AlignmentPlan& plan) {
  if (shape.side_units == 0) return;
  plan.preparation_bytes =
      std::max(plan.preparation_bytes, ToBytes(kThreadBytes + SideFacts::Bytes(shape.words)));
  plan.preparations.insert(plan.preparations.end(), static_cast<std::size_t>(shape.side_units),
                           SideFacts::UnitWork(shape.words));
}

bool HasKind(const std::vector<Tile>& tiles, TileKind kind) {
  return std::any_of(tiles.begin(), tiles.end(),
                     [&](const Tile& tile) { return tile.kind == kind; });
}

}  // namespace brainalign
