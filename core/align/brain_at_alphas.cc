#include "core/align/brain_at_alphas.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "core/align/targets_of_nulls.h"
#include "core/align/uncertainty_tiles.h"

namespace brainalign {
namespace {

// Columns that are processed at a time, of several nulls side by side where a null has fewer. Not a
// power of two: see MultiplyFloat.
constexpr int kShiftedColumns = 1008;

// The brain at one time sample as features, with its regressions, which refer to the features.
template <typename T>
struct TimeAtAlphas {
  ProblemFeatures<T> features;
  std::optional<RegressionsAtAlphas<T>> regressions;
};

// The `count` time samples from `time_begin` on. `in_panels`: as in RegressionsAtAlphas::Make.
// Errors as there.
template <typename T>
absl::StatusOr<std::vector<TimeAtAlphas<T>>> MakeTimesAtAlphas(
    const BrainAtAlphas& brain, int time_begin, int count, bool in_panels,
    const NuisanceFit<T>* nuisance, SpareMatrices<T>& spare, const CancelFlag& cancel) {
  std::vector<BrainColumns<T>> gathered =
      GatherBrain<T>(brain.problem.epochs, brain.segments, time_begin,
                     std::vector<bool>(static_cast<std::size_t>(count), !brain.dual), spare,
                     brain.problem.trends.get());
  std::vector<TimeAtAlphas<T>> times(gathered.size());
  for (std::size_t t = 0; t < times.size(); ++t) {
    if (cancel) return CancelledByFlag();
    times[t].features =
        FeaturesOfBrain(std::move(gathered[t]), brain.segments, brain.spec, brain.dual, spare);
    absl::StatusOr<RegressionsAtAlphas<T>> regressions =
        RegressionsAtAlphas<T>::Make(times[t].features, brain.segments, brain.spec, in_panels,
                                     nuisance != nullptr ? &nuisance->features() : nullptr);
    if (!regressions.ok()) return regressions.status();
    times[t].regressions.emplace(*std::move(regressions));
  }
  return times;
}

// Gives the memory of the features back.
template <typename T>
void GiveBack(const BrainAtAlphas& brain, std::vector<TimeAtAlphas<T>> times,
              SpareMatrices<T>& spare) {
  if (brain.dual) return;
  for (TimeAtAlphas<T>& time : times) spare.Give(std::move(time.features.values.front()));
}

// Adds the scores of the nulls of `tile` at `times`, which are those of the tile from `first_time`
// on.
template <typename T>
absl::Status AddNulls(const TileAtAlphas<T>& of, const std::vector<TimeAtAlphas<T>>& times,
                      const Tile& tile, int first_time, const CancelFlag& cancel, NullSums& sums) {
  const BrainAtAlphas& brain = of.brain;
  const ActivationColumns<T>& columns = of.columns;
  std::vector<int> layer_of_column;
  for (int layer = 0; layer < tile.layer_count; ++layer) {
    layer_of_column.resize(static_cast<std::size_t>(columns.column_begin(layer + 1)), layer);
  }
  for (int begin = 0; begin < columns.columns(); begin += kShiftedColumns) {
    const int width = std::min(kShiftedColumns, columns.columns() - begin);
    const absl::StatusOr<TargetsOfNulls<T>> targets_of_nulls =
        TargetsOfNulls<T>::Make(columns, of.nuisance, brain.segments, begin, width, cancel);
    if (!targets_of_nulls.ok()) return targets_of_nulls.status();
    const int at_once = kShiftedColumns / width;
    for (int first = 0; first < tile.null_count; first += at_once) {
      const int nulls = std::min(at_once, tile.null_count - first);
      std::vector<std::vector<std::int32_t>> positions;
      for (int null = 0; null < nulls; ++null) {
        positions.push_back(ShiftedPositions(brain.segments, brain.problem.uncertainty,
                                             tile.null_begin + first + null));
      }
      const absl::StatusOr<TargetsOfFolds<T>> made = targets_of_nulls->At(positions, cancel);
      if (!made.ok()) return made.status();
      const TargetsOfFolds<T>& targets = *made;
      for (std::size_t t = 0; t < times.size(); ++t) {
        std::vector<std::vector<int>> alphas;
        for (const std::vector<int>& of_fold :
             of.fits[static_cast<std::size_t>(first_time) + t]->alpha) {
          std::vector<int>& repeated = alphas.emplace_back();
          for (int null = 0; null < nulls; ++null) {
            repeated.insert(repeated.end(), of_fold.begin() + begin,
                            of_fold.begin() + begin + width);
          }
        }
        const absl::StatusOr<std::vector<FoldScores>> scores =
            times[t].regressions->Score(targets, alphas, cancel);
        if (!scores.ok()) return scores.status();
        for (std::size_t k = 0; k < scores->size(); ++k) {
          for (int c = 0; c < nulls * width; ++c) {
            sums.Add(static_cast<int>(k), first + c / width,
                     layer_of_column[static_cast<std::size_t>(begin + c % width)],
                     first_time + static_cast<int>(t), (*scores)[k].score(c),
                     (*scores)[k].error_bound(c));
          }
        }
      }
    }
  }
  return absl::OkStatus();
}

// Calls `visit(times, first)` for some times of the tile after the others, from `first` on.
template <typename T, typename Visit>
absl::Status ForTimesOf(const TileAtAlphas<T>& of, const Tile& tile, bool in_panels,
                        const CancelFlag& cancel, const Visit& visit) {
  for (int first = 0; first < tile.time_count; first += of.times_at_once) {
    const int count = std::min(of.times_at_once, tile.time_count - first);
    absl::StatusOr<std::vector<TimeAtAlphas<T>>> times = MakeTimesAtAlphas<T>(
        of.brain, tile.time_begin + first, count, in_panels, of.nuisance, of.spare, cancel);
    if (!times.ok()) return times.status();
    absl::Status status = visit(*times, first);
    GiveBack<T>(of.brain, *std::move(times), of.spare);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

template <typename T>
ProblemFeatures<T> FeaturesOfBrain(BrainColumns<T> brain, const Segments& segments,
                                   const AlignmentSpec& spec, bool dual, SpareMatrices<T>& spare) {
  const bool zscore = spec.zscore_words == FitWords::kTraining;
  if (dual) {
    ProblemFeatures<T> rotated = TurnToDual(brain.values, segments, zscore);
    spare.Give(std::move(brain.values));
    return rotated;
  }
  ProblemFeatures<T> features;
  features.values.push_back(std::move(brain.values));
  features.segment_sums.push_back(std::move(brain.segment_sums));
  features.zscore = zscore;
  return features;
}

template <typename T>
absl::StatusOr<std::vector<double>> NullsOfTile(const TileAtAlphas<T>& of, const Tile& tile,
                                                const CancelFlag& cancel) {
  NullSums sums(static_cast<int>(of.brain.segments.folds.size()), tile);
  const bool in_panels = std::is_same_v<T, float> && !of.brain.dual;
  absl::Status status = ForTimesOf<T>(of, tile, in_panels, cancel,
                                      [&](const std::vector<TimeAtAlphas<T>>& times, int first) {
                                        return AddNulls<T>(of, times, tile, first, cancel, sums);
                                      });
  if (!status.ok()) return status;
  return sums.Finish(of.brain.problem.spec, [&](int layer) {
    return of.columns.column_begin(layer + 1) - of.columns.column_begin(layer);
  });
}

void SetInfluenceAt(const LayerInfluence& influence, int time, TileScores& scores) {
  const Tile& tile = scores.tile;
  const Eigen::Index blocks = influence.refit.rows();
  const auto set = [&](const RowMatrix<double>& of_time, std::vector<double>& out) {
    out.resize(Size(blocks * tile.layer_count * tile.time_count));
    for (Eigen::Index b = 0; b < blocks; ++b) {
      for (Eigen::Index layer = 0; layer < tile.layer_count; ++layer) {
        out[Size((b * tile.layer_count + layer) * tile.time_count + time)] = of_time(b, layer);
      }
    }
  };
  set(influence.held_out, scores.held_out_influence);
  set(influence.refit, scores.refit_influence);
}

template <typename T>
absl::Status SetInfluence(const TileAtAlphas<T>& of, const CancelFlag& cancel, TileScores& scores) {
  return ForTimesOf<T>(of, scores.tile, /*in_panels=*/false, cancel,
                       [&](const std::vector<TimeAtAlphas<T>>& times, int first) -> absl::Status {
                         for (int t = 0; t < static_cast<int>(times.size()); ++t) {
                           const TimeAtAlphas<T>& time = times[static_cast<std::size_t>(t)];
                           const absl::StatusOr<LayerInfluence> influence = InfluenceOfBlocks<T>(
                               {of.brain.segments, of.brain.spec, of.brain.blocks, time.features,
                                time.regressions->by_target(), of.columns,
                                of.fits[static_cast<std::size_t>(first + t)]->alpha},
                               cancel);
                           if (!influence.ok()) return influence.status();
                           SetInfluenceAt(*influence, first + t, scores);
                         }
                         return absl::OkStatus();
                       });
}

double NullsBytes(const ProblemSize& size, double features, double columns, bool in_panels) {
  const int width = static_cast<int>(std::min<double>(columns, kShiftedColumns));
  const int shifted = kShiftedColumns / width * width;
  return TargetsOfNullsBytes(size, width, shifted) +
         BytesAtAlphas(size, features, shifted, in_panels).scoring;
}

#define BRAINALIGN_INSTANTIATE(T)                                                                  \
  template ProblemFeatures<T> FeaturesOfBrain<T>(BrainColumns<T>, const Segments&,                 \
                                                 const AlignmentSpec&, bool, SpareMatrices<T>&);   \
  template absl::StatusOr<std::vector<double>> NullsOfTile<T>(const TileAtAlphas<T>&, const Tile&, \
                                                              const CancelFlag&);                  \
  template absl::Status SetInfluence<T>(const TileAtAlphas<T>&, const CancelFlag&, TileScores&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
