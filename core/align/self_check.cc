// How an alignment checks itself: a few cells are computed again in float64, by an alignment of
// those cells alone.
#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/str_format.h"
#include "core/align/banded_to_brain_plan.h"
#include "core/align/brain_to_model_plan.h"
#include "core/align/checked_parts.h"
#include "core/align/model_to_brain_plan.h"
#include "core/align/planned_alignment.h"
#include "core/align/similarity_plan.h"
#include "core/fence.h"
#include "core/problem/needs_double.h"
#include "core/problem/unreadable_input.h"
#include "core/tensor/freed_memory.h"

namespace brainalign {
namespace {

// Share of an alignment's arithmetic that checking may take, and what it may always take. The
// fewest cells are checked whatever they cost.
constexpr double kMostShare = 0.03;
constexpr double kAlwaysAllowed = 2e9;

// A product in float64 takes twice as long as one in float32.
double Cost(const Work& work) { return work.single_operations + 2 * work.double_operations; }

// Of the cells of a part, `folds` at a time. `whole`: of the alignment in float64.
AlignmentShape ShapeOfPart(const AlignmentShape& whole, const AlignmentSpec& spec,
                           const CheckedPart& part, int folds) {
  AlignmentShape shape = whole;
  const bool projected = whole.components > 0 || spec.takes_nuisance_out();
  shape.folds = folds;
  shape.components = 0;
  shape.ShareColumns();
  if (!spec.is_banded()) shape.nuisance = 0;
  shape.more_matrices = 0;
  shape.blocks = 0;
  shape.column_scores = 0;
  shape.side_units = 0;
  shape.dims.clear();
  shape.input_bytes.clear();
  for (const int layer : part.layers) {
    const auto l = static_cast<std::size_t>(layer);
    shape.dims.push_back(whole.columns(l));
    shape.input_bytes.push_back(projected ? sizeof(double) : whole.input_bytes[l]);
  }
  shape.from_sums.assign(part.layers.size(), false);
  return shape;
}

absl::StatusOr<AlignmentPlan> PlanPart(const AlignmentShape& shape, const AlignmentSpec& spec,
                                       const AlignmentResources& resources) {
  const int layers = static_cast<int>(shape.dims.size());
  if (IsSimilarity(spec.metric)) {
    return PlanSimilarity(shape, spec.metric, {{0, layers, 0, 1}}, resources);
  }
  if (spec.direction == Direction::kBrainToModel) {
    double columns = 0;
    double widest = 0;
    for (const double dims : shape.dims) {
      columns += dims;
      widest = std::max(widest, dims);
    }
    const TargetRoute targets = {
        std::min(columns, std::max<double>(kColumnsAtOnce, spec.shared_alpha ? widest : 0))};
    return PlanBrainToModel(shape, {{0, layers, 0, 1}}, targets, resources);
  }
  std::vector<Tile> tiles;
  for (int layer = 0; layer < layers; ++layer) tiles.push_back({layer, 1, 0, 1});
  TargetsAtOnce at_once = TargetsOfSensors(static_cast<int>(shape.sensors), spec.shared_alpha);
  at_once.times = 1;
  return spec.is_banded() ? PlanBandedToBrain(shape, tiles, at_once, resources)
                          : PlanModelToBrain(shape, tiles, at_once, resources);
}

}  // namespace

int PlannedAlignment::FoldsCheckedAtOnce(const CheckedPart& part) const {
  return problem_.spec.columns_per_fold() ? 1 : static_cast<int>(part.folds.size());
}

void PlannedAlignment::PlanChecks() {
  if (!problem_.checks_itself) return;
  const AlignmentShape whole = ShapeOf(problem_, sizeof(double));
  // The best score is known at the end: until then its layer is one as wide as any.
  const auto widest = std::max_element(whole.dims.begin(), whole.dims.end());
  CheckedPart best = {{static_cast<int>(widest - whole.dims.begin())},
                      0,
                      std::vector<int>(problem_.segments.folds.size())};
  std::vector<CheckedPart> parts =
      DrawParts(layer_count(), time_count(), fold_count(), problem_.spec.columns_per_fold());
  parts.insert(parts.begin(), best);
  AlignmentResources resources = resources_;
  resources.memory_bytes -= plan_.shared_bytes;
  resources.threads = 1;
  const double most = std::max(kAlwaysAllowed, kMostShare * Cost(plan_.total_work()));
  const std::int64_t fewest = std::min<std::int64_t>(
      kFewestCheckedCells, std::int64_t{layer_count()} * time_count() * fold_count());
  double cost = 0;
  std::vector<CheckedPart> drawn;  // of the parts that are checked, all but the best score's
  for (CheckedPart& part : parts) {
    const int at_once = FoldsCheckedAtOnce(part);
    const AlignmentShape shape = ShapeOfPart(whole, problem_.spec, part, at_once);
    const absl::StatusOr<AlignmentPlan> plan = PlanPart(shape, problem_.spec, resources);
    double columns = 0;
    for (const double dims : shape.dims) columns += dims;
    const double copied = HasOwnColumns() ? sizeof(double) * shape.words * columns : 0;
    // An eighth for gaps: the large matrices of a check do not fit between what was freed before.
    const std::int64_t bytes =
        ((plan.ok() ? plan->peak_bytes() : 0) + static_cast<std::int64_t>(copied)) / 8 * 9;
    if (!plan.ok() || bytes > resources.memory_bytes) {
      if (checked_parts_.empty()) return;  // the best score's comes first, or nothing
      continue;
    }
    Work work = plan->total_work();
    work -= plan->opening;
    work = work * (static_cast<double>(part.folds.size()) / at_once);
    cost += Cost(work);
    const bool is_best = checked_parts_.empty();
    if (!is_best && CertainCells(drawn, fold_count()) >= fewest && cost > most) break;
    if (!is_best) drawn.push_back(part);
    plan_.check_bytes = std::max(plan_.check_bytes, bytes);
    plan_.checks.push_back(work);
    checked_parts_.push_back(std::move(part));
  }
  LimitChecks(resources_, plan_);
}

AlignmentProblem PlannedAlignment::ProblemOf(const CheckedPart& part) const {
  AlignmentProblem checked;
  checked.inputs.brain = problem_.inputs.brain;
  checked.inputs.brain.times_seconds = {
      problem_.inputs.brain.times_seconds[static_cast<std::size_t>(part.time)]};
  for (const int layer : part.layers) {
    checked.inputs.layers.push_back(problem_.inputs.layers[static_cast<std::size_t>(layer)]);
    if (HasOwnColumns()) {
      checked.inputs.layers.back().activations = ColumnsAsInput(layer, part.folds.front());
      checked.inputs.layers.back().exponents = ColumnExponents(layer);
      checked.inputs.layers.back().delayed = nullptr;  // the columns are of each row
    }
  }
  checked.spec = problem_.spec;
  checked.spec.pca = 0;
  checked.nuisance = problem_.nuisance;
  if (!checked.spec.is_banded()) {
    checked.spec.nuisance.clear();
    checked.nuisance.clear();
  }
  checked.spec.folds = static_cast<int>(part.folds.size());
  checked.spec.uncertainty = {};
  checked.spec.column_scores = false;
  checked.spec.time_generalisation = false;
  checked.spec.in_double = true;
  checked.spec.bf16_kernel.clear();
  checked.epochs = problem_.epochs.AtTime(part.time);
  checked.segments = problem_.segments;
  checked.segments.folds.clear();
  for (const int fold : part.folds) {
    checked.segments.folds.push_back(problem_.segments.folds[static_cast<std::size_t>(fold)]);
  }
  checked.trends = problem_.trends;
  // To take them out of components again would change their means over the words of a session.
  checked.layers_have_trends = !HasOwnColumns();
  checked.checks_itself = false;
  return checked;
}

absl::StatusOr<std::vector<TileScores>> PlannedAlignment::ComputeAgain(
    const CheckedPart& part, const CancelFlag& cancel) const {
  AlignmentResources resources;
  resources.threads = 1;
  absl::StatusOr<std::unique_ptr<Alignment>> again = MakeAlignment(ProblemOf(part), resources);
  if (!again.ok()) return again.status();
  std::vector<TileScores> tiles;
  for (const Unit& unit : (*again)->units()) {
    if (unit.kind == UnitKind::kPreparation) {
      if (absl::Status status = (*again)->Prepare(unit.index, cancel); !status.ok()) return status;
      continue;
    }
    absl::StatusOr<TileScores> scores = (*again)->Compute(unit.index, cancel);
    if (!scores.ok()) return scores.status();
    tiles.push_back(*std::move(scores));
  }
  return tiles;
}

absl::StatusOr<SelfCheck> PlannedAlignment::Compare(const CheckedPart& part,
                                                    const std::vector<TileScores>& tiles,
                                                    const CancelFlag& cancel) const {
  const absl::StatusOr<std::vector<TileScores>> again = ComputeAgain(part, cancel);
  // Before what was found with zeros in the place of data.
  absl::Status readable = CheckReadable(problem_.inputs);
  if (readable.ok()) readable = CheckColumns();
  if (!readable.ok()) return readable;
  if (!again.ok()) return again.status();
  SelfCheck check;
  const int folds = static_cast<int>(part.folds.size());
  for (int l = 0; l < static_cast<int>(part.layers.size()); ++l) {
    for (int k = 0; k < folds; ++k) {
      const double right = ScoreOf(*again, l, 0, k);
      const double score = ScoreOf(tiles, part.layers[static_cast<std::size_t>(l)], part.time,
                                   part.folds[static_cast<std::size_t>(k)]);
      check.Add({1, std::abs(score - right) / std::max(1.0, std::abs(right))});
    }
  }
  return check;
}

absl::StatusOr<SelfCheck> PlannedAlignment::Check(int index, const std::vector<TileScores>& tiles,
                                                  const CancelFlag& cancel) const {
  return Fenced([&]() -> absl::StatusOr<SelfCheck> {
    if (index == 0) {
      // Matrices of tiles have other sizes, and would add to the memory of the checks.
      FreeSpare();
      if (plan_.unreturned_bytes == 0) ReturnFreedMemory();
    }
    const CheckedPart part = index == 0 ? BestPart(tiles, fold_count())
                                        : checked_parts_[static_cast<std::size_t>(index)];
    const auto at_once = static_cast<std::size_t>(FoldsCheckedAtOnce(part));
    SelfCheck all;
    for (std::size_t first = 0; first < part.folds.size(); first += at_once) {
      CheckedPart some = part;
      some.folds = {part.folds.begin() + static_cast<std::ptrdiff_t>(first),
                    part.folds.begin() + static_cast<std::ptrdiff_t>(first + at_once)};
      const absl::StatusOr<SelfCheck> check = Compare(some, tiles, cancel);
      if (!check.ok()) return check.status();
      all.Add(*check);
    }
    if (index > 0) {
      std::vector<CheckedPart> before(checked_parts_.begin(), checked_parts_.begin() + index);
      before.front() = BestPart(tiles, fold_count());
      all.cells = CountNewCells(part, before);
    }
    if (!IsHeldInDouble(problem_) && !(all.largest_difference <= SelfCheck::Most(problem_.spec))) {
      return NeedsDouble(absl::StrFormat(
          "a score that was computed again in float64 differs by %.1g", all.largest_difference));
    }
    return all;
  });
}

}  // namespace brainalign
