#include "core/align/brain_to_model_plan.h"

#include <algorithm>
#include <utility>

#include "core/align/brain_at_alphas.h"
#include "core/align/generalisation_tiles.h"
#include "core/align/nuisance_fit.h"
#include "core/align/observed_fits.h"
#include "core/align/times_at_hand.h"
#include "core/columns/activation_columns.h"
#include "core/columns/brain_columns.h"
#include "core/moments/bf16_features.h"
#include "core/moments/target_moments.h"
#include "core/planning/plan_choice.h"
#include "core/regressions/panel_times.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/regressions/regression_cost.h"
#include "core/regressions/regression_in_panels.h"
#include "core/regressions/scores_without_folds.h"

namespace brainalign {
namespace {

// What tiles of nulls and of influences cost.
class CostAtAlphas {
 public:
  CostAtAlphas(const AlignmentShape& shape, const FeatureSize& side, const TargetRoute& targets)
      : shape_(shape),
        side_(side),
        targets_(targets),
        size_(WithKnownAlphas(shape)),
        columns_(shape.all_columns()),
        layers_(static_cast<double>(shape.dims.size())),
        in_panels_(shape.value_bytes == sizeof(float) && !shape.dual) {
    of_one_basis_ = size_;
    of_one_basis_.ShareColumns();
  }

  // `observed`: the work of the observed matrix at one time with one basis for all folds. `times`:
  // of the whole matrix.
  Work OfTile(const Tile& tile, const Work& observed, double times) const {
    if (tile.kind == TileKind::kTimeGeneralisation) {
      return GeneralisationWork(size_, Generalisation(times), tile.time_count);
    }
    Work of_time = MakeRegressionsWork(size_, side_);
    of_time.bytes += 12 * shape_.words * shape_.sensors;
    if (tile.kind == TileKind::kInfluence) {
      if (targets_.with_influence) {
        Work copying;
        copying.bytes = 2 * InfluenceResultBytes() * tile.time_count;
        return copying;
      }
      Work work = of_time * tile.time_count;
      work += OfInfluence(tile.time_count);
      return work;
    }
    // Without panels, columns that differ between folds are multiplied for each.
    of_time += (shape_.nuisance > 0 && !in_panels_
                    ? ChooseAndScoreWork(of_one_basis_, side_, columns_, columns_, shape_.folds)
                    : ScoreAtAlphasWork(of_one_basis_, side_, columns_, in_panels_)) *
               tile.null_count;
    if (shape_.projections > 1 && tile.null_begin == 0) of_time += observed;
    Work work = of_time * tile.time_count;
    work.bytes += 2 * shape_.value_bytes * shape_.words * columns_ * tile.null_count;
    if (shape_.nuisance > 0) {
      Work of_null = FitNuisanceAgainWork(shape_, columns_);
      of_null += TakeOutNuisanceWork(shape_, columns_) * shape_.folds;
      work += of_null * (1 + tile.null_count);
    }
    return work;
  }

  // Bytes of a tile of nulls, for this many times at once. `features`: bytes of those of one time.
  double BytesOfNulls(double times, double features) const {
    const RegressionsAtAlphasBytes bytes =
        BytesAtAlphas(of_one_basis_, side_.features, 0, in_panels_);
    return times * (features + bytes.held) +
           std::max(MakingBytes(times, bytes.making),
                    NullsBytes(of_one_basis_, side_.features, columns_, in_panels_));
  }

  // Of a tile of influences.
  double BytesOfInfluence(double times, double features) const {
    const RegressionsAtAlphasBytes bytes =
        BytesAtAlphas(size_, side_.features, 0, /*in_panels=*/false);
    return times * (features + bytes.held) +
           std::max(MakingBytes(times, bytes.making), InfluenceAtHandBytes());
  }

  // Of the influences at times whose features and regressions are at hand: bytes, for one of these
  // times after the other, and work.
  double InfluenceAtHandBytes() const {
    return InfluenceBytes(size_, side_.features, columns_, layers_, shape_.blocks,
                          targets_.keeps_cross);
  }
  Work OfInfluence(double times) const {
    Work work =
        InfluenceWork(size_, side_, columns_, layers_, shape_.blocks, targets_.keeps_cross) * times;
    if (shape_.nuisance > 0) work += TakeOutNuisanceWork(shape_, columns_) * shape_.folds;
    return work;
  }

  // Cross-products that are kept of each time at hand.
  double KeptBytes() const {
    return targets_.keeps_cross ? KeptCrossBytes(size_, side_.features, columns_) : 0;
  }

  // Of a tile with the maps of `fitted` of all `times`, reading `at_once` of them at once.
  double BytesOfGeneralisation(double fitted, double times, double at_once, double features) const {
    return GeneralisationBytes(size_, Generalisation(times), fitted, at_once, features);
  }

  // Bytes that are held to the end: observed fits of all times, and columns with one basis.
  double SharedBytes(const std::vector<Tile>& tiles, bool in_file) const {
    double times = 0;
    bool has_nulls = false;
    for (const Tile& tile : tiles) {
      if (tile.kind == TileKind::kScores) times += tile.time_count;
      has_nulls = has_nulls || tile.kind == TileKind::kNulls;
    }
    const double fits = times * (ObservedFitBytes(shape_.folds, columns_) +
                                 sizeof(double) * shape_.left_out_folds * layers_);
    const double influences = targets_.with_influence ? times * InfluenceResultBytes() : 0;
    if (!has_nulls || shape_.projections == 1) return fits + influences;
    ProblemSize with_inner_folds = shape_;
    with_inner_folds.ShareColumns();
    return 2 * fits + influences + StatisticsBytes(with_inner_folds, columns_) +
           (in_file ? 0 : ProjectedBytes(with_inner_folds, columns_));
  }

 private:
  GeneralisationShape Generalisation(double times) const {
    return {.sensors = shape_.sensors,
            .columns = columns_,
            .layers = layers_,
            .times = times,
            .dual = shape_.dual,
            .fitted = side_};
  }

  // Of the influences at one time.
  double InfluenceResultBytes() const { return 2 * 8 * shape_.blocks * layers_; }

  double MakingBytes(double times, double fitting) const {
    return std::max({GatherBrainBytes(shape_, times), fitting,
                     shape_.dual ? TurnToDualBytes(shape_, shape_.sensors) : 0});
  }

  const AlignmentShape& shape_;
  const FeatureSize side_;
  const TargetRoute& targets_;
  const ProblemSize size_;
  ProblemSize of_one_basis_;
  const double columns_;
  const double layers_;
  const bool in_panels_;
};

// Nulls have fits of their own where they have components of their own.
double FitsOnNuisance(const AlignmentShape& shape, bool has_nulls) {
  return has_nulls && shape.projections > 1 ? 2 : 1;
}

// Adds the regressions of every layer on nuisance, spread over all units, and the preparation of
// its own columns.
void AddNuisance(const AlignmentShape& shape, bool has_nulls, AlignmentPlan& plan) {
  double widest = 0;
  Work fitting;
  for (std::size_t layer = 0; layer < shape.dims.size(); ++layer) {
    widest = std::max(widest, shape.columns(layer));
    fitting += FitNuisanceWork(shape, shape.columns(layer));
  }
  plan.preparation_bytes =
      std::max(plan.preparation_bytes, ToBytes(kThreadBytes + FitNuisanceBytes(shape, widest)));
  const double share =
      FitsOnNuisance(shape, has_nulls) / static_cast<double>(plan.preparations.size());
  for (Work& unit : plan.preparations) unit += fitting * share;
  AddPreparationsOfNuisance(shape, /*with_statistics=*/true, plan);
}

// Bytes that are held to the end: the nuisance itself, and its fits.
double NuisanceSharedBytes(const AlignmentShape& shape, double columns, bool has_nulls) {
  return 8 * shape.words * shape.nuisance + StatisticsBytes(shape, shape.nuisance) +
         FitsOnNuisance(shape, has_nulls) * NuisanceFitBytes(shape, columns) +
         (has_nulls ? NuisanceFitAgainBytes(shape, columns) : 0);
}

}  // namespace

absl::StatusOr<AlignmentPlan> PlanBrainToModel(const AlignmentShape& shape,
                                               const std::vector<Tile>& tiles,
                                               const TargetRoute& targets,
                                               const AlignmentResources& resources) {
  const FeatureSize side = {shape.dual ? std::min(shape.words, shape.sensors) : shape.sensors,
                            shape.dual && shape.zscore_per_fold ? shape.folds : 1};
  const double columns = shape.all_columns();
  const double at_once = targets.columns_at_once;
  AlignmentPlan base;
  AddPreparations(shape, /*with_statistics=*/true, base);
  base.brain_side = MakeRegressionsWork(shape, side);
  Work of_time = base.brain_side;
  of_time += ChooseAndScoreWork(shape, side, columns, at_once, shape.column_blocks());
  if (shape.left_out_folds > 0) of_time += WithoutInnerFoldsWork(shape, side.features, columns);
  of_time.bytes += 12 * shape.words * shape.sensors;
  const CostAtAlphas at_alphas(shape, side, targets);
  const bool has_nulls = HasKind(tiles, TileKind::kNulls);
  const bool has_influence = HasKind(tiles, TileKind::kInfluence);
  double all_times = 0;
  double fitted = 0;  // most times of a tile of time generalisation
  for (const Tile& tile : tiles) {
    if (tile.kind == TileKind::kScores) all_times += tile.time_count;
    if (tile.kind == TileKind::kTimeGeneralisation) {
      fitted = std::max<double>(fitted, tile.time_count);
    }
  }
  if (has_nulls && shape.projections > 1) {
    AddPreparationsOfOneBasis(shape, /*with_statistics=*/true, base);
  }
  if (shape.nuisance > 0) {
    of_time += ChooseAndScoreWork(shape, side, shape.nuisance, at_once, 1);
    AddNuisance(shape, has_nulls, base);
  }
  AddSideFacts(shape, base);
  for (const Tile& tile : tiles) {
    base.tiles.push_back(tile.kind == TileKind::kScores
                             ? of_time * tile.time_count
                             : at_alphas.OfTile(tile, of_time, all_times));
    if (tile.kind == TileKind::kScores && targets.with_influence) {
      base.tiles.back() += at_alphas.OfInfluence(tile.time_count);
    }
  }

  // Bytes of one time sample: its features (in the dual also the brain that they are made from),
  // and the regressions on them.
  const double features = ProblemFeaturesBytes(shape, side.features, side.blocks) +
                          (shape.dual ? BrainColumnsBytes(shape, shape.sensors, 1) : 0);
  const double turning = shape.dual ? TurnToDualBytes(shape, shape.sensors) : 0;
  const double regressions = targets.in_panels ? RegressionsInPanelsBytes(shape, side.features)
                                               : RegressionsByTargetBytes(shape, side.features);
  const double fitting = targets.in_panels ? MakeRegressionInPanelsBytes(shape, side.features)
                                           : MakeRegressionByTargetBytes(shape, side.features);
  // Of the targets at hand, which are read again for each stretch of a tile's times.
  double scoring = 0;
  if (!targets.in_panels) {
    const bool all_folds = shape.column_blocks() == 1;
    scoring =
        CrossSumsBytes(shape, side.features, at_once, all_folds) +
        ScoreByTargetBytes(shape, side.features, at_once) +
        (shape.components > 0 && shape.nuisance == 0 ? 0
                                                     : shape.words * at_once * shape.value_bytes) +
        (targets.in_bf16
             ? 2 * shape.words * at_once + SettleFromBf16Bytes(shape, side.features, at_once)
             : 0) +
        (shape.left_out_folds > 0 ? WithoutInnerFoldsBytes(shape, side.features, at_once) : 0);
  }

  std::vector<AlignmentPlan> candidates;
  for (const bool in_file : {false, true}) {
    if (in_file && (shape.components == 0 || resources.scratch_folder.empty())) continue;
    const int most = tiles.front().time_count;
    for (int times = most; times >= (targets.whole_tiles() ? most : 1); --times) {
      AlignmentPlan plan = base;
      plan.columns_in_file = in_file;
      plan.times_at_once = times;
      plan.shared_bytes = ToBytes(
          BytesOfResult(shape, tiles) + shape.trend_bytes +
          (shape.nuisance > 0 ? NuisanceSharedBytes(shape, columns, has_nulls) : 0) +
          StatisticsBytes(shape, columns) + (in_file ? 0 : ProjectedBytes(shape, columns)) +
          (has_nulls || has_influence || fitted > 0 ? at_alphas.SharedBytes(tiles, in_file) : 0));
      const double panels =
          targets.in_panels ? ScoreInPanelsBytes(shape, side.features, times, targets.in_bf16) : 0;
      const double rounded =
          targets.in_bf16 ? Bf16FeaturesBytes(shape.words, shape.sensors, times) : 0;
      const double kept = times * (regressions + at_alphas.KeptBytes());
      plan.tile_bytes =
          ToBytes(kThreadBytes + times * features +
                  std::max({GatherBrainBytes(shape, times), turning, times * regressions + fitting,
                            kept + rounded + panels + scoring,
                            targets.with_influence ? kept + at_alphas.InfluenceAtHandBytes() : 0}));
      const auto at_least = [&](double bytes) {
        plan.tile_bytes = std::max(plan.tile_bytes, ToBytes(kThreadBytes + bytes));
      };
      if (has_nulls) at_least(at_alphas.BytesOfNulls(times, features));
      if (has_influence && !targets.with_influence) {
        at_least(at_alphas.BytesOfInfluence(times, features));
      }
      if (fitted > 0) {
        at_least(at_alphas.BytesOfGeneralisation(fitted, all_times, times, features));
      }
      candidates.push_back(std::move(plan));
    }
  }
  return ChoosePlan(candidates, resources);
}

}  // namespace brainalign
