#include "core/align/cost_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "core/columns/activation_columns.h"
#include "core/linalg/leading_eigen.h"
#include "core/regressions/problem_features.h"

// The formulas are explained in docs/performance.md, "Cost model". Transient
// copies count where they are as large as what stays.

namespace brainalign {
namespace {

// Share of targets and alphas whose leave-one-out errors are summed from the words: a third
// with hundreds of words, a thirtieth with tens of thousands.
constexpr double kContested = 0.1;
// Share of the directions of the features that those errors, and many words' leverages, are worked
// out in; and the words whose leverages are worked out in all of them.
constexpr double kLeading = 0.5;
constexpr double kSampledWords = 2048;
// Targets whose errors are summed in one pass over the words.
constexpr double kTargetsAtOnce = 1024;
// Of the linear algebra library and the allocator, for each thread.
constexpr double kThreadBytes = 16 << 20;
// More memory than this is taken only where it keeps clearly more threads busy.
constexpr std::int64_t kAmpleBytes = std::int64_t{4} << 30;
constexpr double kBusyShare = 0.7;
// Products with the covariance that finding leading components takes, in double and in single
// precision: for the first fold, and for each later one, which starts from it. Where variances
// fall steeply one or two of the latter are of the former.
constexpr double kFirstProducts = 1;
constexpr double kFirstProductsInSingle = 16;
constexpr double kLaterProducts = 0;
constexpr double kLaterProductsInSingle = 8;
// Dimensions below which all components are found.
constexpr double kFewDimensions = 400;

// Of the units that prepare a layer.
struct PreparationCost {
  int units = 1;
  int side_by_side = 1;
  Work all;                // which of the units does what is settled when they run
  double bytes = 0;        // of a unit
  double layer_bytes = 0;  // from its first unit on, until its components are found
};

std::int64_t ToBytes(double bytes) { return static_cast<std::int64_t>(std::ceil(bytes)); }

// Arithmetic on words' values, in the precision that they are held in.
Work OnWords(const AlignmentShape& shape, double operations) {
  return shape.value_bytes > 4 ? Work{0, operations, 0} : Work{operations, 0, 0};
}

double ColumnsOf(const AlignmentShape& shape, std::size_t layer) {
  return shape.components > 0 ? shape.components : shape.dims[layer];
}

double AllColumns(const AlignmentShape& shape) {
  double columns = 0;
  for (std::size_t l = 0; l < shape.dims.size(); ++l) columns += ColumnsOf(shape, l);
  return columns;
}

double HeldColumnBytes(const AlignmentShape& shape) {
  if (shape.components == 0) return 0;
  return shape.projections * shape.words * AllColumns(shape) * shape.value_bytes;
}

// Means of a layer's activations, its projections, and statistics of `targets` columns.
PreparationCost CostOfPreparing(const AlignmentShape& shape, std::size_t layer,
                                bool with_statistics) {
  const double n = shape.words;
  const double d = shape.dims[layer];
  const double k = ColumnsOf(shape, layer);
  const double reading = n * d * shape.input_bytes[layer];
  PreparationCost cost;
  Work& work = cost.all;
  cost.bytes = kThreadBytes + 8 * 512 * d;
  work.bytes = reading;
  if (shape.components > 0) {
    const double fits = shape.projections;
    work.bytes += fits * reading;
    work += OnWords(shape, 2 * fits * n * d * k);
    if (shape.from_sums[layer]) {
      const double width = static_cast<double>(SearchWidth(static_cast<int>(k)));
      const bool in_full = d <= kFewDimensions || 3 * width > d;
      cost.units = static_cast<int>(shape.folds + fits) + kProjectionParts;
      cost.side_by_side = static_cast<int>(shape.folds);
      work += OnWords(shape, n * d * d);
      work.bytes += reading;
      const double of_product = 2 * d * d * width;
      if (in_full) {
        work.double_operations += fits * 9 * d * d * d;
      } else {
        work.double_operations += (kFirstProducts + (fits - 1) * kLaterProducts) * of_product;
        work.single_operations +=
            (kFirstProductsInSingle + (fits - 1) * kLaterProductsInSingle) * of_product;
      }
      // Sums over all words, and over each fold's where it has components of its own; else a sum
      // is held by the unit that makes it.
      const double sum = shape.value_bytes * d * d;
      cost.layer_bytes = 8 * d * d + (fits > 1 ? shape.folds * sum : 0);
      const double summing = shape.value_bytes * 4096 * d + (fits > 1 ? 0 : sum);
      const double finding = in_full ? 8 * 5 * d * d : 4 * d * d + 8 * 8 * width * d;
      cost.bytes += std::max(finding, summing);
    } else {
      const double fitted = n * (fits > 1 ? (shape.folds - 1) / shape.folds : 1);
      work.bytes += reading;
      work.double_operations +=
          fits * (fitted * fitted * d + 9 * std::pow(fitted, 3) + 2 * fitted * d * k);
      cost.bytes += 8 * (2 * fitted * d + 5 * fitted * fitted);
    }
  } else if (with_statistics) {
    cost.bytes += shape.value_bytes * n * std::min(d, 1024.0);
    work.bytes += reading;
  }
  if (with_statistics) work.double_operations += 3 * shape.projections * n * k;
  return cost;
}

// The features of the regressions of one time (brain_to_model) or layer
// (model_to_brain), and what is worked out from them before any target is seen.
struct FeatureSide {
  double p = 0;       // features; where words are fewer, those (the dual)
  double blocks = 1;  // that differ between folds
};

double FitsOf(const AlignmentShape& shape) { return shape.folds * (1 + shape.inner_folds); }

double FeatureBytes(const AlignmentShape& shape, const FeatureSide& side) {
  return side.blocks *
         (shape.words * side.p * shape.value_bytes + 8 * shape.segments * side.p * side.p);
}

// Whether leave-one-out keeps the weights of all words.
bool HoldsAllWeights(const AlignmentShape& shape) { return shape.value_bytes > 4; }

// Bytes that fits and leave-one-out weights hold, for one block of features.
double FitBytes(const AlignmentShape& shape, const FeatureSide& side) {
  const double square = 8 * side.p * side.p;
  double bytes = FitsOf(shape) * 2 * square;
  if (shape.selection == Selection::kLoo) {
    bytes += shape.folds * (HoldsAllWeights(shape)
                                ? shape.words * (8 * shape.alphas + 4 * side.p)
                                : 4 * std::min(shape.words, kSampledWords) * shape.alphas);
  }
  return bytes;
}

double FitTransientBytes(const AlignmentShape& shape, const FeatureSide& side) {
  const double square = 8 * side.p * side.p;
  double bytes = (3 * (2 + 2 * shape.inner_folds) + 5) * square;
  return bytes;
}

// With `columns` targets; `all_folds`: their sums of all folds are made at once.
double TargetTransientBytes(const AlignmentShape& shape, const FeatureSide& side, double columns,
                            bool all_folds) {
  const double sets = 2 + 2 * shape.inner_folds;
  double matrices = 8 + (all_folds ? shape.segments + shape.folds * sets : sets + 2);
  double bytes = 8 * shape.alphas * columns * 4;
  if (shape.selection == Selection::kLoo) {
    matrices += 4;
    // The weights of some alphas, where near ties remain.
    if (!HoldsAllWeights(shape)) bytes += 4 * shape.words * shape.alphas / 4;
  }
  return 8 * side.p * columns * matrices + bytes;
}

Work FitWork(const AlignmentShape& shape, const FeatureSide& side) {
  const double p = side.p;
  const double n = shape.words;
  const double cube = p * p * p;
  const bool eigen = shape.selection == Selection::kLoo || shape.selection == Selection::kGcv;
  Work work{0, side.blocks * n * p * p + FitsOf(shape) * (eigen ? 13 : 20.0 / 3) * cube, 0};
  if (shape.selection == Selection::kLoo) {
    const double words = HoldsAllWeights(shape) ? n : std::min(n, kSampledWords);
    work += OnWords(shape, 2 * (shape.folds - 1) * words * p * (p + shape.alphas));
  }
  return work;
}

// Of `columns` targets; `passes`: times that their products with the features are
// summed over all words.
Work TargetWork(const AlignmentShape& shape, const FeatureSide& side, double columns,
                double passes) {
  const double p = side.p;
  const double n = shape.words;
  const double folds = shape.folds;
  const double turned = p * p * columns;
  Work work = OnWords(shape, 2 * n * p * columns * passes);
  work.double_operations += folds * (4 * (1 + shape.inner_folds) + 2) * turned;
  switch (shape.selection) {
    case Selection::kFixed:
      break;
    case Selection::kGcv:
      work.double_operations += folds * shape.alphas * 2 * p * columns;
      break;
    case Selection::kBlocked:
      work += OnWords(shape, 2 * folds * shape.inner_folds * shape.alphas * turned);
      break;
    case Selection::kLoo: {
      const double directions = kLeading * p;
      work.single_operations += kContested * folds * shape.alphas * 2 * n * directions * columns;
      if (!HoldsAllWeights(shape)) {
        work.single_operations +=
            std::ceil(columns / kTargetsAtOnce) * 2 * (folds - 1) * n * p * directions;
      }
      break;
    }
  }
  return work;
}

// The best of the candidates that fit: as many units at a time as possible, then
// everything in memory, then as many times at once as possible.
absl::StatusOr<AlignmentPlan> ChooseWithin(std::vector<AlignmentPlan> candidates,
                                           const AlignmentResources& resources) {
  std::optional<AlignmentPlan> best;
  absl::Status failure;
  std::int64_t least_bytes = std::numeric_limits<std::int64_t>::max();
  const auto rank = [](const AlignmentPlan& plan) {
    return std::make_tuple(plan.tiles_at_once, plan.preparations_at_once, !plan.columns_in_file,
                           plan.times_at_once);
  };
  for (AlignmentPlan& plan : candidates) {
    const absl::Status status = LimitUnits(resources, plan);
    if (!status.ok()) {
      if (plan.least_bytes() < least_bytes) failure = status;
      least_bytes = std::min(least_bytes, plan.least_bytes());
    } else if (!best || rank(plan) > rank(*best)) {
      best = std::move(plan);
    }
  }
  if (!best) return failure;
  return *std::move(best);
}

// The best within the budget, or in its place one that does with less than kAmpleBytes and keeps
// about as many threads busy: others have use for what is left.
absl::StatusOr<AlignmentPlan> Choose(const std::vector<AlignmentPlan>& candidates,
                                     const AlignmentResources& resources) {
  absl::StatusOr<AlignmentPlan> best = ChooseWithin(candidates, resources);
  if (!best.ok() || best->peak_bytes() <= kAmpleBytes) return best;
  std::vector<AlignmentPlan> in_memory = candidates;
  std::erase_if(in_memory, [](const AlignmentPlan& plan) { return plan.columns_in_file; });
  AlignmentResources ample = resources;
  ample.memory_bytes = kAmpleBytes;
  absl::StatusOr<AlignmentPlan> modest = ChooseWithin(std::move(in_memory), ample);
  const bool is_as_quick = modest.ok() && modest->tiles_at_once == best->tiles_at_once &&
                           modest->preparations_at_once >= kBusyShare * best->preparations_at_once;
  return is_as_quick ? modest : best;
}

void AddPreparations(const AlignmentShape& shape, bool with_statistics, AlignmentPlan& plan) {
  // Checksums and values.
  constexpr double kReadings = 2;
  plan.opening.bytes = kReadings * shape.brain_bytes;
  plan.layers = static_cast<int>(shape.dims.size());
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    plan.opening.bytes += kReadings * shape.words * shape.dims[layer] * shape.input_bytes[layer];
  }
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    const PreparationCost cost = CostOfPreparing(shape, layer, with_statistics);
    plan.preparation_bytes = std::max(plan.preparation_bytes, ToBytes(cost.bytes));
    plan.layer_bytes = std::max(plan.layer_bytes, ToBytes(cost.layer_bytes));
    plan.units_of_layer =
        layer == 0 ? cost.side_by_side : std::min(plan.units_of_layer, cost.side_by_side);
    plan.preparations.insert(plan.preparations.end(), static_cast<std::size_t>(cost.units),
                             cost.all * (1.0 / cost.units));
  }
}

}  // namespace

AlignmentShape ShapeOf(const AlignmentProblem& problem, double value_bytes) {
  AlignmentShape shape;
  shape.words = static_cast<double>(problem.segments.words());
  shape.sensors = static_cast<double>(problem.epochs.sensors());
  shape.segments = problem.segments.count();
  shape.folds = static_cast<double>(problem.segments.folds.size());
  const AlignmentSpec& spec = problem.spec;
  shape.selection = spec.alphas.size() > 1 ? spec.selection : Selection::kFixed;
  if (shape.selection == Selection::kBlocked) shape.inner_folds = spec.inner_folds;
  shape.dual = WantsDual(problem.segments, problem.epochs.sensors());
  shape.alphas = static_cast<double>(spec.alphas.size());
  shape.value_bytes = value_bytes;
  shape.components = spec.pca;
  const bool per_fold = spec.pca > 0 && spec.pca_words == FitWords::kTraining;
  shape.projections = per_fold ? shape.folds : 1;
  shape.zscore_per_fold = spec.zscore_words == FitWords::kTraining;
  const BrainInput& brain = problem.inputs.brain;
  shape.brain_bytes = static_cast<double>(brain.is_continuous() ? brain.continuous.size_bytes()
                                                                : brain.epochs.size_bytes());
  for (const LayerInput& layer : problem.inputs.layers) {
    shape.dims.push_back(static_cast<double>(layer.activations.dim(1)));
    shape.from_sums.push_back(ComponentsFromSums(problem.segments, spec, layer.activations.dim(1)));
    shape.input_bytes.push_back(static_cast<double>(DTypeSize(layer.activations.dtype())));
  }
  return shape;
}

absl::StatusOr<AlignmentPlan> PlanBrainToModel(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles,
                                               const TargetMemory& targets,
                                               const AlignmentResources& resources) {
  const FeatureSide side = {shape.dual ? std::min(shape.words, shape.sensors) : shape.sensors,
                            shape.dual && shape.zscore_per_fold ? shape.folds : 1};
  const double columns = AllColumns(shape);
  // Targets are read again for each stretch of a tile's times.
  const double target_values =
      shape.components > 0 ? 0 : shape.words * targets.chunk * shape.value_bytes;
  AlignmentPlan base;
  AddPreparations(shape, /*with_statistics=*/true, base);
  base.brain_side = FitWork(shape, side);
  Work of_time = base.brain_side;
  of_time += TargetWork(shape, side, columns, shape.projections);
  of_time.bytes += 12 * shape.words * shape.sensors;
  for (const Tile& tile : tiles) base.tiles.push_back(of_time * tile.time_count);
  const double statistics = 16 * 4 * columns * FitsOf(shape);

  std::vector<AlignmentPlan> candidates;
  for (const bool in_file : {false, true}) {
    if (in_file && (shape.components == 0 || resources.scratch_folder.empty())) continue;
    for (int times = tiles.front().time_count; times >= 1; --times) {
      AlignmentPlan plan = base;
      plan.columns_in_file = in_file;
      plan.times_at_once = times;
      plan.shared_bytes = ToBytes(statistics + (in_file ? 0 : HeldColumnBytes(shape)));
      const double gathering = times * 8 * shape.words;
      const double fitting = times * FitBytes(shape, side) + FitTransientBytes(shape, side);
      const double scoring =
          times * FitBytes(shape, side) + target_values +
          (targets.panel_bytes ? targets.panel_bytes(times)
                               : TargetTransientBytes(shape, side, targets.chunk,
                                                      /*all_folds=*/shape.projections == 1)) +
          (targets.in_bf16 ? 2 * shape.words * (targets.chunk + times * shape.sensors) : 0);
      plan.tile_bytes = ToBytes(kThreadBytes + times * FeatureBytes(shape, side) +
                                std::max({gathering, fitting, scoring}));
      candidates.push_back(std::move(plan));
    }
  }
  return Choose(candidates, resources);
}

absl::StatusOr<AlignmentPlan> PlanModelToBrain(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles, int times_at_once,
                                               const AlignmentResources& resources) {
  AlignmentPlan base;
  base.times_at_once = times_at_once;
  AddPreparations(shape, /*with_statistics=*/false, base);
  const double chunk = times_at_once * shape.sensors;
  for (const Tile& tile : tiles) {
    const auto layer = static_cast<std::size_t>(tile.layer_begin);
    const double features = ColumnsOf(shape, layer);
    const FeatureSide side = {std::min(features, shape.words), shape.projections};
    const double columns = tile.time_count * shape.sensors;
    Work work = FitWork(shape, side);
    work += TargetWork(shape, side, columns, side.blocks);
    work.bytes += 12 * shape.words * columns;
    base.tiles.push_back(work);
    // The columns of a layer are copied, once more where they are read for it.
    const double copying = shape.words * features * shape.value_bytes;
    const double fitting = FitBytes(shape, side) + FitTransientBytes(shape, side);
    // Targets stand in memory twice while they are put side by side.
    const double scoring = FitBytes(shape, side) +
                           shape.words * (2 * chunk * shape.value_bytes + 8 * times_at_once) +
                           TargetTransientBytes(shape, side, chunk, /*all_folds=*/true);
    const double bytes =
        kThreadBytes + FeatureBytes(shape, side) + copying + std::max(fitting, scoring);
    base.tile_bytes = std::max(base.tile_bytes, ToBytes(bytes));
  }
  std::vector<AlignmentPlan> candidates = {base};
  candidates.front().shared_bytes = ToBytes(HeldColumnBytes(shape));
  if (shape.components > 0 && !resources.scratch_folder.empty()) {
    base.columns_in_file = true;
    candidates.push_back(base);
  }
  return Choose(candidates, resources);
}

}  // namespace brainalign
