#include "client/cli/terminal/matrix_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/terminal/palette.h"
#include "client/cli/terminal/text.h"

namespace brainalign {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
constexpr int kLongestLabel = 16;
// "  -0.123 at -0.25 s"
constexpr int kPeakColumns = 19;
// Below this many cells, room for them is worth more than the peaks.
constexpr int kFewestCellsBesidePeaks = 16;

struct Layout {
  int label_columns;
  int cells;       // in a row
  int cell_width;  // columns of a cell
  bool peaks;      // shown behind the cells
};

std::string Label(const GrowingMatrix& matrix, int layer) {
  const std::size_t l = static_cast<std::size_t>(layer);
  return l < matrix.layer_names.size() && !matrix.layer_names[l].empty()
             ? Printable(matrix.layer_names[l])
             : absl::StrCat("layer ", layer);
}

Layout Arrange(const GrowingMatrix& matrix, int width) {
  Layout layout = {};
  for (int l = 0; l < matrix.layers; ++l) {
    layout.label_columns = std::max(layout.label_columns, ColumnsOf(Label(matrix, l)));
  }
  layout.label_columns = std::min(layout.label_columns, kLongestLabel);
  int room = width - layout.label_columns - 2 - kPeakColumns;
  layout.peaks = room >= kFewestCellsBesidePeaks;
  if (!layout.peaks) room = std::max(room + kPeakColumns, 8);
  layout.cell_width = matrix.times * 2 <= room ? 2 : 1;
  layout.cells = std::min(matrix.times, room);
  return layout;
}

// First time sample of a cell.
int TimeOf(const GrowingMatrix& matrix, const Layout& layout, int cell) {
  return static_cast<int>(static_cast<std::int64_t>(cell) * matrix.times / layout.cells);
}

double At(const GrowingMatrix& matrix, int layer, int time) {
  return matrix.score[static_cast<std::size_t>(layer) * static_cast<std::size_t>(matrix.times) +
                      static_cast<std::size_t>(time)];
}

// Mean of the finished scores in a cell; nothing while there is none.
std::optional<double> CellScore(const GrowingMatrix& matrix, const Layout& layout, int layer,
                                int cell) {
  double sum = 0;
  int count = 0;
  for (int t = TimeOf(matrix, layout, cell); t < TimeOf(matrix, layout, cell + 1); ++t) {
    const double score = At(matrix, layer, t);
    if (std::isnan(score)) continue;
    sum += score;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

std::string TimeLabel(const GrowingMatrix& matrix, int time) {
  const std::size_t t = static_cast<std::size_t>(time);
  return t < matrix.times_seconds.size() ? absl::StrFormat("%.2f", matrix.times_seconds[t])
                                         : absl::StrCat("#", time);
}

// "  0.123 at 0.250 s" once every time of the layer is there.
std::string Peak(const GrowingMatrix& matrix, int layer) {
  int best = 0;
  for (int t = 0; t < matrix.times; ++t) {
    if (std::isnan(At(matrix, layer, t))) return "";
    if (At(matrix, layer, t) > At(matrix, layer, best)) best = t;
  }
  return absl::StrFormat("  %.3f at %s%s", At(matrix, layer, best), TimeLabel(matrix, best),
                         matrix.times_seconds.empty() ? "" : " s");
}

// Labels of time under the cells, as many as fit without touching.
std::string Axis(const GrowingMatrix& matrix, const Layout& layout, int width) {
  std::string axis(static_cast<std::size_t>(layout.label_columns + 2), ' ');
  const std::size_t start = axis.size();
  for (int cell = 0; cell < layout.cells; ++cell) {
    const std::size_t column = start + static_cast<std::size_t>(cell * layout.cell_width);
    if (column < axis.size() + (cell > 0 ? 2 : 0)) continue;
    axis.resize(column, ' ');
    axis += TimeLabel(matrix, TimeOf(matrix, layout, cell));
  }
  if (!matrix.times_seconds.empty()) axis += " s";
  return CutTo(axis, width);
}

std::string Scale(const Palette& palette, double low, double high, int indent) {
  std::string scale(static_cast<std::size_t>(indent), ' ');
  absl::StrAppendFormat(&scale, "%.3f ", low);
  for (int i = 0; i <= 16; ++i) absl::StrAppend(&scale, palette.Cell(i / 16.0, 1));
  absl::StrAppend(&scale, palette.Reset(), absl::StrFormat(" %.3f", high));
  return scale;
}

}  // namespace

GrowingMatrix::GrowingMatrix(int layer_count, int time_count, std::vector<std::string> names,
                             std::vector<double> sample_times)
    : layers(std::max(layer_count, 0)),
      times(std::max(time_count, 0)),
      score(static_cast<std::size_t>(layers) * static_cast<std::size_t>(times), kUnknown),
      layer_names(std::move(names)),
      times_seconds(std::move(sample_times)) {}

GrowingMatrix::GrowingMatrix(const AlignmentResult& result)
    : layers(result.layers),
      times(result.times),
      score(result.score),
      layer_names(result.layer_names),
      times_seconds(result.times_seconds),
      finished_cells(result.layers * result.times) {}

void GrowingMatrix::Add(const TileScores& tile) {
  const Tile& place = tile.tile;
  for (int l = 0; l < place.layer_count; ++l) {
    for (int t = 0; t < place.time_count; ++t) {
      const int layer = place.layer_begin + l;
      const int time = place.time_begin + t;
      if (layer >= layers || time >= times) continue;
      double& cell = score[static_cast<std::size_t>(layer) * static_cast<std::size_t>(times) +
                           static_cast<std::size_t>(time)];
      if (std::isnan(cell)) ++finished_cells;
      cell = tile.score[static_cast<std::size_t>(l) * static_cast<std::size_t>(place.time_count) +
                        static_cast<std::size_t>(t)];
    }
  }
}

std::vector<std::string> RenderMatrix(const GrowingMatrix& matrix, const MatrixStyle& style) {
  if (matrix.layers == 0 || matrix.times == 0) return {};
  const Layout layout = Arrange(matrix, style.width);
  const Palette palette(style.color);

  double low = 0;
  double high = 0;
  for (const double score : matrix.score) {
    if (std::isnan(score)) continue;
    low = std::min(low, score);
    high = std::max(high, score);
  }
  const double range = high > low ? high - low : 1;

  std::vector<std::string> lines;
  for (int l = 0; l < matrix.layers; ++l) {
    std::string line = absl::StrCat(Fit(Label(matrix, l), layout.label_columns), "  ");
    for (int c = 0; c < layout.cells; ++c) {
      const std::optional<double> score = CellScore(matrix, layout, l, c);
      absl::StrAppend(&line, score.has_value()
                                 ? palette.Cell((*score - low) / range, layout.cell_width)
                                 : palette.Empty(layout.cell_width));
    }
    absl::StrAppend(&line, palette.Reset(), layout.peaks ? Peak(matrix, l) : "");
    lines.push_back(std::move(line));
  }
  lines.push_back(Axis(matrix, layout, style.width));
  constexpr int kScaleColumns = 31;
  const int indent = std::min(layout.label_columns + 2, style.width - kScaleColumns);
  lines.push_back(Scale(palette, low, high, std::max(indent, 0)));
  return lines;
}

}  // namespace brainalign
