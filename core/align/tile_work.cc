#include <cstddef>
#include <functional>
#include <limits>
#include <utility>
#include <vector>

#include "core/align/planned_alignment.h"
#include "core/align/uncertainty_tiles.h"

namespace brainalign {

TileWork PlannedAlignment::EmptyTile(const Tile& tile) const {
  TileWork work;
  TileScores& scores = work.scores;
  scores.tile = tile;
  const std::size_t cells = static_cast<std::size_t>(scores.tile.layer_count) *
                            static_cast<std::size_t>(scores.tile.time_count);
  const std::size_t of_folds = cells * static_cast<std::size_t>(fold_count());
  scores.score.assign(cells, 0.0);
  scores.score_per_fold.assign(of_folds, 0.0);
  work.error_bound.assign(of_folds, 0.0);
  scores.alpha_counts.assign(
      static_cast<std::size_t>(scores.tile.layer_count) * problem_.spec.alphas.size(), 0);
  if (problem_.spec.column_scores) {
    const auto length = static_cast<std::size_t>(column_axes_.length());
    ColumnScoresOf(scores).assign(cells * length, 0.0);
  }
  return work;
}

absl::StatusOr<TileScores> PlannedAlignment::Finish(
    TileWork work, const std::function<int(int layer)>& columns) const {
  TileScores& scores = work.scores;
  if (problem_.spec.column_scores) {
    const absl::Status status =
        IsHeldInDouble(problem_) ? absl::OkStatus()
                                 : CheckColumnErrorBound(problem_.spec, work.largest_error_bound);
    if (!status.ok()) return status;
    FinishColumnScores(columns, scores);
  }
  const auto width = static_cast<std::size_t>(scores.tile.time_count);
  const auto layers = static_cast<std::size_t>(scores.tile.layer_count);
  const auto folds = static_cast<std::size_t>(fold_count());
  for (std::size_t l = 0; l < layers; ++l) {
    const double count = columns(scores.tile.layer_begin + static_cast<int>(l));
    for (std::size_t t = 0; t < width; ++t) {
      double& mean = scores.score[l * width + t];
      for (std::size_t k = 0; k < folds; ++k) {
        const std::size_t at = (k * layers + l) * width + t;
        scores.score_per_fold[at] /= count;
        absl::Status status =
            CheckErrorBound(problem_.spec, scores.score_per_fold[at], work.error_bound[at] / count);
        if (!status.ok()) return status;
        mean += scores.score_per_fold[at];
      }
      mean /= static_cast<double>(folds);
    }
  }
  return std::move(scores);
}

ColumnAxes PlannedAlignment::ColumnAxesOf(const AlignmentProblem& problem) {
  std::vector<std::int64_t> dims;
  for (const LayerInput& layer : problem.inputs.layers) dims.push_back(layer.features());
  return brainalign::ColumnAxesOf(problem.spec, problem.epochs.sensors(), dims);
}

void PlannedAlignment::FinishColumnScores(const std::function<int(int layer)>& columns,
                                          TileScores& scores) const {
  std::vector<double>& values = ColumnScoresOf(scores);
  const std::int64_t length = column_axes_.length();
  const std::int64_t cells = std::ssize(values) / length;
  for (std::int64_t cell = 0; cell < cells; ++cell) {
    const int layer = scores.tile.layer_begin + static_cast<int>(cell / scores.tile.time_count);
    const std::int64_t width = columns(layer);
    for (std::int64_t c = 0; c < length; ++c) {
      double& value = values[static_cast<std::size_t>(cell * length + c)];
      value = c < width ? value / fold_count() : std::numeric_limits<double>::quiet_NaN();
    }
  }
}

}  // namespace brainalign
