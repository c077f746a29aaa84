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
#include "client/report/color_scale.h"
#include "client/report/report_data.h"

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
  int rows;
  int cells;       // in a row
  int cell_width;  // columns of a cell
  bool peaks;      // shown behind the cells
};

// Axis and legend.
constexpr int kLinesBelowRows = 2;

std::string Label(const GrowingMatrix& matrix, int layer) {
  const std::size_t l = static_cast<std::size_t>(layer);
  return l < matrix.layer_names.size() && !matrix.layer_names[l].empty()
             ? Printable(matrix.layer_names[l])
             : absl::StrCat("layer ", layer);
}

// The part `index` of `count` things in `parts` parts begins here.
int BeginOfPart(int index, int count, int parts) {
  return static_cast<int>(static_cast<std::int64_t>(index) * count / parts);
}

// "1" or "2-3": how many things a part has.
std::string SizesOfParts(int count, int parts) {
  const int least = count / parts;
  return count % parts == 0 ? absl::StrCat(least) : absl::StrCat(least, "-", least + 1);
}

Layout Arrange(const GrowingMatrix& matrix, const MatrixStyle& style) {
  const int width = style.width;
  Layout layout = {};
  layout.rows = style.height > 0 ? std::clamp(style.height - kLinesBelowRows, 1, matrix.layers)
                                 : matrix.layers;
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

// First time sample of a cell, and first layer of a row.
int TimeOf(const GrowingMatrix& matrix, const Layout& layout, int cell) {
  return BeginOfPart(cell, matrix.times, layout.cells);
}
int LayerOf(const GrowingMatrix& matrix, const Layout& layout, int row) {
  return BeginOfPart(row, matrix.layers, layout.rows);
}

double At(const GrowingMatrix& matrix, int layer, int time) {
  return matrix.score[static_cast<std::size_t>(layer) * static_cast<std::size_t>(matrix.times) +
                      static_cast<std::size_t>(time)];
}

// Mean of the finished scores in a cell; nothing while there is none.
std::optional<double> CellScore(const GrowingMatrix& matrix, const Layout& layout, int row,
                                int cell) {
  double sum = 0;
  int count = 0;
  for (int l = LayerOf(matrix, layout, row); l < LayerOf(matrix, layout, row + 1); ++l) {
    for (int t = TimeOf(matrix, layout, cell); t < TimeOf(matrix, layout, cell + 1); ++t) {
      const double score = At(matrix, l, t);
      if (std::isnan(score)) continue;
      sum += score;
      ++count;
    }
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

std::string TimeLabel(const GrowingMatrix& matrix, int time) {
  const std::size_t t = static_cast<std::size_t>(time);
  return t < matrix.times_seconds.size() ? absl::StrFormat("%.2f", matrix.times_seconds[t])
                                         : absl::StrCat("#", time);
}

// " 0.123 at 0.250 s" when all times of the layer are known.
std::string Peak(const GrowingMatrix& matrix, int layer) {
  int best = 0;
  for (int t = 0; t < matrix.times; ++t) {
    if (std::isnan(At(matrix, layer, t))) return "";
    if (At(matrix, layer, t) > At(matrix, layer, best)) best = t;
  }
  return absl::StrFormat("  %.3f at %s%s", At(matrix, layer, best), TimeLabel(matrix, best),
                         matrix.times_seconds.empty() ? "" : " s");
}

// The cell of a time in seconds; requires one within the axis.
int CellOf(const GrowingMatrix& matrix, const Layout& layout, double seconds) {
  const std::vector<double>& times = matrix.times_seconds;
  const auto nearest = std::min_element(times.begin(), times.end(), [seconds](double a, double b) {
    return std::abs(a - seconds) < std::abs(b - seconds);
  });
  const int time = static_cast<int>(nearest - times.begin());
  int cell = 0;
  while (cell + 1 < layout.cells && TimeOf(matrix, layout, cell + 1) <= time) ++cell;
  return cell;
}

bool KnowsTimes(const GrowingMatrix& matrix) {
  return matrix.times_seconds.size() == static_cast<std::size_t>(matrix.times);
}

// Round times under the cells, each behind a bar that stands under its cell, as many as fit without
// touching. Word onset has an arrow.
std::string Axis(const GrowingMatrix& matrix, const Layout& layout, int width) {
  constexpr int kColumnsOfLabel = 12;
  std::string axis(static_cast<std::size_t>(layout.label_columns + 2), ' ');
  const std::size_t start = axis.size();
  // Returns whether there was room.
  const auto append = [&](int cell, const std::string& label) {
    const std::size_t column = start + static_cast<std::size_t>(cell * layout.cell_width);
    if (column < axis.size() + (axis.size() > start ? 1 : 0)) return false;
    axis.resize(column, ' ');
    axis += label;
    return true;
  };
  if (!KnowsTimes(matrix)) {
    append(0, "|#0");
    append(layout.cells / 2, absl::StrCat("|#", TimeOf(matrix, layout, layout.cells / 2)));
    return CutTo(axis, width);
  }
  const int columns = layout.cells * layout.cell_width;
  const std::vector<double> ticks =
      RoundTicks(matrix.times_seconds.front(), matrix.times_seconds.back(),
                 std::max(1, columns / kColumnsOfLabel), /*least=*/1);  // labels need the room
  bool has_onset = false;
  for (const double tick : ticks) {
    const bool is_shown = append(CellOf(matrix, layout, tick),
                                 absl::StrCat(tick == 0 ? "^" : "|", TickText(tick, ticks)));
    has_onset = has_onset || (is_shown && tick == 0);
  }
  absl::StrAppend(&axis, " s", has_onset ? ", ^ word onset" : "");
  return CutTo(axis, width);
}

std::string Legend(const GrowingMatrix& matrix, const Layout& layout, const Palette& palette,
                   const ColorScale& scale, int width) {
  constexpr int kScaleColumns = 31;
  const int indent = std::max(0, std::min(layout.label_columns + 2, width - kScaleColumns));
  std::string legend(static_cast<std::size_t>(indent), ' ');
  absl::StrAppendFormat(&legend, "%.3f ", scale.low);
  for (int i = 0; i <= 16; ++i) absl::StrAppend(&legend, palette.Cell(i / 16.0, 1));
  const std::string high = absl::StrFormat(" %.3f", scale.high);
  absl::StrAppend(&legend, palette.Reset(), high);
  const int used = indent + static_cast<int>(absl::StrFormat("%.3f ", scale.low).size()) + 17 +
                   static_cast<int>(high.size());
  std::string words = absl::StrCat(" ", matrix.score_name);
  if (matrix.finished_cells < matrix.layers * matrix.times) words += ", scale still grows";
  const bool merges_layers = layout.rows < matrix.layers;
  if (layout.cells < matrix.times || merges_layers) {
    const std::string times = SizesOfParts(matrix.times, layout.cells);
    absl::StrAppend(&words, ", a cell is ", times, times == "1" ? " time" : " times");
  }
  if (merges_layers) {
    absl::StrAppend(&words, " x ", SizesOfParts(matrix.layers, layout.rows), " layers");
  }
  return absl::StrCat(legend, CutTo(words, std::max(0, width - used)));
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
      score_name(ScoreName(Name(result.spec.metric), result.spec.is_banded())),
      finished_cells(result.layers * result.times) {}

void GrowingMatrix::Add(const TileScores& tile) {
  const Tile& place = tile.tile;
  if (place.kind != TileKind::kScores) return;
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
  const Layout layout = Arrange(matrix, style);
  const Palette palette(style.color);
  const ColorScale scale = ScaleOf(matrix.score);
  std::vector<std::string> lines;
  for (int row = 0; row < layout.rows; ++row) {
    const int first = LayerOf(matrix, layout, row);
    std::string line = absl::StrCat(Fit(Label(matrix, first), layout.label_columns), "  ");
    for (int c = 0; c < layout.cells; ++c) {
      const std::optional<double> score = CellScore(matrix, layout, row, c);
      absl::StrAppend(&line, score.has_value()
                                 ? palette.Cell(scale.ShareOf(*score), layout.cell_width)
                                 : palette.Empty(layout.cell_width));
    }
    const bool is_one_layer = LayerOf(matrix, layout, row + 1) == first + 1;
    absl::StrAppend(&line, palette.Reset(),
                    layout.peaks && is_one_layer ? Peak(matrix, first) : "");
    lines.push_back(std::move(line));
  }
  lines.push_back(Axis(matrix, layout, style.width));
  lines.push_back(Legend(matrix, layout, palette, scale, style.width));
  return lines;
}

}  // namespace brainalign
