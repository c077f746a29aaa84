#ifndef BRAINALIGN_CORE_ALIGN_CHECKED_PARTS_H_
#define BRAINALIGN_CORE_ALIGN_CHECKED_PARTS_H_

#include <cstdint>
#include <vector>

#include "core/align/result.h"

namespace brainalign {

// Cells that are computed again in float64 to check a result (docs/method.md, "Every job checks
// itself"): some layers and folds at one time sample. A cell is one layer, time and fold.
struct CheckedPart {
  std::vector<int> layers;  // ascending
  int time = 0;
  std::vector<int> folds;  // ascending

  std::int64_t cells() const { return static_cast<std::int64_t>(layers.size() * folds.size()); }
};

// About how many cells are checked: one in a hundred, at least kFewestCheckedCells, or all if there
// are fewer, and at most 200.
constexpr int kFewestCheckedCells = 8;
int CellsToCheck(int layers, int times, int folds);

// Parts that are drawn from the shape alone, before anything is computed. Each layer and each fold
// is in at least one of them, as far as 200 cells allow. `one_fold`: whether each part has a single
// fold. Leaves room among CellsToCheck for the part of the best cell. CertainCells of all parts are
// at least kFewestCheckedCells, or all cells if there are fewer.
std::vector<CheckedPart> DrawParts(int layers, int times, int folds, bool one_fold);

// The part of the best score of the matrix: its layer and time, in all folds, or in the first of
// many folds. `tiles` must contain the whole matrix.
CheckedPart BestPart(const std::vector<TileScores>& tiles, int folds);

// The cells of `part` that are in none of `before`.
std::int64_t CountNewCells(const CheckedPart& part, const std::vector<CheckedPart>& before);

// The cells of `drawn` and of the part of the best cell, wherever that may be. Of `folds` folds.
std::int64_t CertainCells(const std::vector<CheckedPart>& drawn, int folds);

// The score of a cell in `tiles`; NaN if no tile contains it.
double ScoreOf(const std::vector<TileScores>& tiles, int layer, int time, int fold);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_CHECKED_PARTS_H_
