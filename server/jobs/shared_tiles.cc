#include "server/jobs/shared_tiles.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/jobs/check_specification.h"
#include "server/rows/codec.h"

namespace brainalign {
namespace {

// Whether tiles of a kind have the same numbers under both, where they are of the same rectangle.
bool HasSame(TileKind kind, const UncertaintyOptions& a, const UncertaintyOptions& b) {
  switch (kind) {
    case TileKind::kScores:
    case TileKind::kTimeGeneralisation:
      return true;
    case TileKind::kNulls:
      return a.null_by == b.null_by && a.seed == b.seed && a.min_shift_words == b.min_shift_words;
    case TileKind::kInfluence:
      return a.block_words == b.block_words;
  }
  return false;
}

}  // namespace

std::vector<TileScores> SharedTiles(const Store& store, std::int64_t earlier_execution_id,
                                    const JobSpecification& specification,
                                    const PlannedExecution& planned) {
  const auto execution = store.FindExecution(earlier_execution_id);
  if (!execution.ok() || !execution->has_value()) return {};
  if ((*execution)->state != JobState::kSucceeded || !(*execution)->why_double.empty()) return {};
  const auto earlier = store.ReadSpecification(earlier_execution_id);
  const auto finished = store.ListTiles(earlier_execution_id);
  if (!earlier.ok() || !finished.ok()) return {};

  UncertaintyOptions of_earlier = earlier->options.uncertainty;
  FillAutomaticWords(**execution, of_earlier);
  UncertaintyOptions of_planned = specification.options.uncertainty;
  FillAutomaticWords(planned.execution, of_planned);
  std::vector<FieldProblem> problems;  // it was resolved before
  const bool has_alphas = Resolve(specification, problems).chooses_by_inner_folds();
  std::vector<TileScores> shared;
  for (const int index : *finished) {
    const auto bytes = store.ReadTile(earlier_execution_id, index);
    std::optional<TileScores> tile;
    if (bytes.ok()) tile = DecodeTile(*bytes);
    if (!tile) continue;  // damaged: it is computed
    if (!HasSame(tile->tile.kind, of_earlier, of_planned)) continue;
    // Earlier versions did not compute it.
    if (tile->tile.kind == TileKind::kInfluence && tile->alphas_influence.empty() && has_alphas) {
      continue;
    }
    const auto place = std::find(planned.tiles.begin(), planned.tiles.end(), tile->tile);
    if (place == planned.tiles.end()) continue;
    tile->index = static_cast<int>(place - planned.tiles.begin());
    shared.push_back(*std::move(tile));
  }
  std::sort(shared.begin(), shared.end(),
            [](const TileScores& a, const TileScores& b) { return a.index < b.index; });
  return shared;
}

}  // namespace brainalign
