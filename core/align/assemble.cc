#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "core/align/planned_alignment.h"
#include "core/align/result_notes.h"

namespace brainalign {
namespace {

// Copies the values of a tile, (outer_count, layer_count, time_count), into (outer, L, T) from
// `outer_begin` on. Tiles that have none are left out.
void CopyInto(const std::vector<double>& values, const Tile& tile, std::size_t outer_begin,
              std::size_t layers, std::size_t times, std::vector<double>& whole) {
  const auto rows = static_cast<std::size_t>(tile.layer_count);
  const auto width = static_cast<std::size_t>(tile.time_count);
  const std::size_t outer_count = values.size() / (rows * width);
  for (std::size_t outer = 0; outer < outer_count; ++outer) {
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t layer = static_cast<std::size_t>(tile.layer_begin) + row;
      const std::size_t to = ((outer_begin + outer) * layers + layer) * times +
                             static_cast<std::size_t>(tile.time_begin);
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>((outer * rows + row) * width), width,
                  whole.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
}

// Copies the values of a tile, (layer_count, time_count, inner), into (L, T, inner).
void CopyRows(const std::vector<double>& values, const Tile& tile, std::size_t times,
              std::vector<double>& whole) {
  const auto rows = static_cast<std::size_t>(tile.layer_count);
  const std::size_t width = values.size() / rows;
  const std::size_t inner = width / static_cast<std::size_t>(tile.time_count);
  for (std::size_t row = 0; row < rows && width > 0; ++row) {
    const std::size_t layer = static_cast<std::size_t>(tile.layer_begin) + row;
    const std::size_t to = (layer * times + static_cast<std::size_t>(tile.time_begin)) * inner;
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                whole.begin() + static_cast<std::ptrdiff_t>(to));
  }
}

}  // namespace

AlignmentResult PlannedAlignment::Assemble(const std::vector<TileScores>& tiles,
                                           const std::vector<SelfCheck>& checks) const {
  AlignmentResult result;
  result.layers = layer_count();
  result.times = time_count();
  const auto layers = static_cast<std::size_t>(result.layers);
  const auto times = static_cast<std::size_t>(result.times);
  const auto folds = static_cast<std::size_t>(fold_count());
  const std::size_t alphas = problem_.spec.alphas.size();
  const auto missing = [&](std::size_t outer) {
    return std::vector<double>(outer * layers * times, std::numeric_limits<double>::quiet_NaN());
  };
  result.score = missing(1);
  result.score_per_fold = missing(folds);
  const ColumnAxes columns = column_axes();
  result.score_per_target = missing(static_cast<std::size_t>(columns.targets));
  result.score_per_sensor = missing(static_cast<std::size_t>(columns.sensors));
  result.nuisance_to_model = NuisanceToModel();
  const std::size_t nuisance = problem_.spec.takes_nuisance_out() ? columns.nuisance.size() : 0;
  result.score_of_band = missing(columns.bands.size());
  result.product_measure = result.score_of_band;
  result.brain_to_nuisance.assign(times * nuisance, std::numeric_limits<double>::quiet_NaN());
  result.alpha_counts.assign(layers * alphas, 0);
  result.null_scores = missing(static_cast<std::size_t>(null_count()));
  result.held_out_influence = missing(static_cast<std::size_t>(block_count()));
  result.refit_influence = result.held_out_influence;
  result.alphas_influence = missing(static_cast<std::size_t>(left_out_folds()));
  if (problem_.spec.time_generalisation) result.time_generalisation = missing(times);
  for (const TileScores& scores : tiles) {
    const Tile& tile = scores.tile;
    const auto copy = [&](const std::vector<double>& values, std::vector<double>& whole,
                          std::size_t outer_begin = 0) {
      CopyInto(values, tile, outer_begin, layers, times, whole);
    };
    copy(scores.score, result.score);
    copy(scores.score_per_fold, result.score_per_fold);
    CopyRows(scores.score_per_target, tile, times, result.score_per_target);
    CopyRows(scores.score_per_sensor, tile, times, result.score_per_sensor);
    CopyRows(scores.score_of_band, tile, times, result.score_of_band);
    CopyRows(scores.product_measure, tile, times, result.product_measure);
    CopyRows(scores.time_generalisation, tile, times, result.time_generalisation);
    std::copy(
        scores.brain_to_nuisance.begin(), scores.brain_to_nuisance.end(),
        result.brain_to_nuisance.begin() +
            static_cast<std::ptrdiff_t>(static_cast<std::size_t>(tile.time_begin) * nuisance));
    copy(scores.null_scores, result.null_scores, static_cast<std::size_t>(tile.null_begin));
    if (!scores.score_for_nulls.empty() && result.score_for_nulls.empty()) {
      result.score_for_nulls = missing(1);
    }
    copy(scores.score_for_nulls, result.score_for_nulls);
    copy(scores.held_out_influence, result.held_out_influence);
    copy(scores.refit_influence, result.refit_influence);
    if (tile.kind == TileKind::kInfluence && scores.alphas_influence.empty()) {
      result.alphas_influence.clear();  // a tile of a version that did not compute it
    }
    if (!result.alphas_influence.empty()) copy(scores.alphas_influence, result.alphas_influence);
    for (std::size_t i = 0; i < scores.alpha_counts.size(); ++i) {
      result.alpha_counts[static_cast<std::size_t>(tile.layer_begin) * alphas + i] +=
          scores.alpha_counts[i];
    }
    result.constant_targets += scores.constant_targets;
  }
  for (const SelfCheck& check : checks) result.self_check.Add(check);
  result.self_check.fell_back = problem_.spec.in_double &&
                                problem_.spec.precision != Precision::kDouble &&
                                !problem_.spec.is_banded();
  result.times_seconds = problem_.inputs.brain.times_seconds;
  for (const LayerInput& layer : problem_.inputs.layers) {
    result.depth.push_back(layer.relative_depth);
    result.layer_names.push_back(layer.name);
  }
  result.spec = problem_.spec;
  result.input = problem_.report;
  result.uncertainty_facts = problem_.uncertainty;
  side_facts_.AddTo(result);
  result.numerics_version = NumericsVersion(problem_.spec);
  ReadOff(result);
  return result;
}

}  // namespace brainalign
