#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_MATRIX_VIEW_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_MATRIX_VIEW_H_

#include <string>
#include <vector>

#include "client/cli/terminal/terminal.h"
#include "core/align/result.h"

namespace brainalign {

// The layer x time matrix, with the cells that are known so far.
struct GrowingMatrix {
  // An empty matrix; names and times may be empty where they are not known.
  GrowingMatrix(int layer_count, int time_count, std::vector<std::string> names,
                std::vector<double> times);

  // A finished one.
  explicit GrowingMatrix(const AlignmentResult& result);

  // Adds the scores of a tile. Cells outside the matrix are ignored.
  void Add(const TileScores& tile);

  int layers;
  int times;
  std::vector<double> score;  // (L, T); NaN where not finished
  std::vector<std::string> layer_names;
  std::vector<double> times_seconds;
  std::string score_name = "score";
  int finished_cells = 0;
};

struct MatrixStyle {
  int width = 80;  // columns of the terminal
  int height = 0;  // most lines; 0: as many as there are layers, and two
  ColorDepth color = ColorDepth::kNone;
};

// One line a layer (its name, a cell for each stretch of time, and its maximum once the row is
// finished), an axis of time with a bar under the cell of each label (an arrow at word onset), and
// a legend: a scale from the lowest score (at most 0) to the highest, at least kLeastScaleWidth
// wide, whether it may still grow, and how many times and layers share a cell. Where the lines do
// not fit, neighbouring layers share one. Without colour a cell is one of ".:-=+*#%@".
std::vector<std::string> RenderMatrix(const GrowingMatrix& matrix, const MatrixStyle& style);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_MATRIX_VIEW_H_
