#ifndef BRAINALIGN_CORE_ALIGN_UNCERTAINTY_TILES_H_
#define BRAINALIGN_CORE_ALIGN_UNCERTAINTY_TILES_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/inference/uncertainty.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"

namespace brainalign {

// (n) For each position, the position whose word it is paired with in a null: see WordsOfNull.
std::vector<std::int32_t> ShiftedPositions(const Segments& segments, const UncertaintyPlan& plan,
                                           int null);

// Sums over the columns of a tile of kNulls while it is computed.
class NullSums {
 public:
  NullSums(int folds, const Tile& tile);

  // Adds the score of one column. `null`, `layer` and `time` count from the tile's first.
  void Add(int fold, int null, int layer, int time, double score, double error_bound) {
    const std::size_t cell = CellOf(fold, null, layer, time);
    score_[cell] += score;
    error_bound_[cell] += error_bound;
  }

  // (null_count, layer_count, time_count) Means over columns, `columns(layer)` of them, and folds.
  // ABORTED with NeedsDouble if rounding may have changed a score.
  absl::StatusOr<std::vector<double>> Finish(const AlignmentSpec& spec,
                                             const std::function<int(int layer)>& columns) const;

 private:
  std::size_t CellOf(int fold, int null, int layer, int time) const {
    const int row = (fold * tile_.null_count + null) * tile_.layer_count + layer;
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(tile_.time_count) +
           static_cast<std::size_t>(time);
  }

  const int folds_;
  const Tile tile_;
  std::vector<double> score_;        // (K, null_count, layer_count, time_count)
  std::vector<double> error_bound_;  // the same
};

// ABORTED with NeedsDouble if `bound`, that of a score of one layer, time and fold, is too large.
// It is relative to scores of r2 beyond 1.
absl::Status CheckErrorBound(const AlignmentSpec& spec, double score, double bound);
// The same of a score of one column in one layer, time and fold; not relative.
absl::Status CheckColumnErrorBound(const AlignmentSpec& spec, double bound);

// Adds the tiles that the plan asks for to those of kScores: for each of these, tiles of kNulls,
// which end where (1 + nulls so far) is a multiple of 100, so that 199 nulls are the first tiles of
// 999; then, with draws, a tile of kInfluence for each.
void AddTilesOfUncertainty(const UncertaintyPlan& plan, std::vector<Tile>& tiles);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_UNCERTAINTY_TILES_H_
