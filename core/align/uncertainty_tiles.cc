#include "core/align/uncertainty_tiles.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_format.h"
#include "core/problem/needs_double.h"

namespace brainalign {
namespace {

// Of a score of one layer, time and fold: what rounding may have moved it by.
constexpr double kMostError = 3e-6;
constexpr double kMostErrorFast = 3e-4;
// Of a single column, whose error no mean over columns makes smaller.
constexpr double kTimesOfColumn = 10;

constexpr int kNullsOfTile = 100;

absl::Status CheckBound(const AlignmentSpec& spec, double bound, double times) {
  const double most =
      times * (spec.precision_used() == Precision::kFast ? kMostErrorFast : kMostError);
  if (bound <= most) return absl::OkStatus();
  return NeedsDouble(std::isfinite(bound)
                         ? absl::StrFormat("rounding of %s could have moved a score by %.1g",
                                           Name(spec.precision_used()), bound)
                         : absl::StrFormat("rounding of %s could have decided between alphas",
                                           Name(spec.precision_used())));
}

}  // namespace

std::vector<std::int32_t> ShiftedPositions(const Segments& segments, const UncertaintyPlan& plan,
                                           int null) {
  const std::vector<std::int32_t> partner = WordsOfNull(plan, null);
  std::vector<std::int32_t> position_of_word(segments.word.size());
  for (std::size_t p = 0; p < segments.word.size(); ++p) {
    position_of_word[static_cast<std::size_t>(segments.word[p])] = static_cast<std::int32_t>(p);
  }
  std::vector<std::int32_t> positions;
  positions.reserve(segments.word.size());
  for (const std::int32_t word : segments.word) {
    positions.push_back(
        position_of_word[static_cast<std::size_t>(partner[static_cast<std::size_t>(word)])]);
  }
  return positions;
}

NullSums::NullSums(int folds, const Tile& tile) : folds_(folds), tile_(tile) {
  const std::size_t cells = CellOf(folds, 0, 0, 0);
  score_.assign(cells, 0.0);
  error_bound_.assign(cells, 0.0);
}

absl::StatusOr<std::vector<double>> NullSums::Finish(
    const AlignmentSpec& spec, const std::function<int(int layer)>& columns) const {
  std::vector<double> mean(CellOf(1, 0, 0, 0), 0.0);
  for (int layer = 0; layer < tile_.layer_count; ++layer) {
    const double count = columns(tile_.layer_begin + layer);
    for (int null = 0; null < tile_.null_count; ++null) {
      for (int time = 0; time < tile_.time_count; ++time) {
        double& cell = mean[CellOf(0, null, layer, time)];
        for (int fold = 0; fold < folds_; ++fold) {
          const std::size_t at = CellOf(fold, null, layer, time);
          const double score = score_[at] / count;
          absl::Status status = CheckErrorBound(spec, score, error_bound_[at] / count);
          if (!status.ok()) return status;
          cell += score;
        }
        cell /= folds_;
      }
    }
  }
  return mean;
}

absl::Status CheckErrorBound(const AlignmentSpec& spec, double score, double bound) {
  return CheckBound(spec, bound, std::max(1.0, std::abs(score)));
}

absl::Status CheckColumnErrorBound(const AlignmentSpec& spec, double bound) {
  return CheckBound(spec, bound, kTimesOfColumn);
}

void AddTilesOfUncertainty(const UncertaintyPlan& plan, std::vector<Tile>& tiles) {
  const std::vector<Tile> of_scores = tiles;
  for (int begin = 0; begin < plan.nulls;) {
    const int end =
        std::min(plan.nulls, (1 + begin) / kNullsOfTile * kNullsOfTile + kNullsOfTile - 1);
    for (Tile tile : of_scores) {
      tile.kind = TileKind::kNulls;
      tile.null_begin = begin;
      tile.null_count = end - begin;
      tiles.push_back(tile);
    }
    begin = end;
  }
  if (plan.draws == 0) return;
  for (Tile tile : of_scores) {
    tile.kind = TileKind::kInfluence;
    tiles.push_back(tile);
  }
}

}  // namespace brainalign
