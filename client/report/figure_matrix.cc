// The layer x time matrix of SvgFigure. The last layer is on top.
#include <algorithm>
#include <array>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/figure_panels.h"
#include "core/printable.h"

namespace brainalign {
namespace {

// Neighbours of the same colour are one shape, so that the figure of a large matrix stays small.
constexpr std::size_t kColors = 64;
constexpr std::size_t kLongestName = 20;
constexpr double kLeastRowOfName = 7;
// In thinner rows intervals would hide the scores; the panel of depths has them.
constexpr double kLeastRowOfInterval = 5;

// The last characters of a long name, in which names of layers differ.
std::string ShortName(const std::string& whole) {
  const std::string name = Printable(whole);
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if ((static_cast<unsigned char>(name[i]) & 0xC0) != 0x80) starts.push_back(i);
  }
  if (starts.size() <= kLongestName) return name;
  return absl::StrCat("\xe2\x80\xa6", name.substr(starts[starts.size() - kLongestName + 1]));
}

// About as many characters of Latin are as wide: those of three bytes and more are about twice.
std::size_t WidthOf(const std::string& text) {
  std::size_t width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) != 0x80) width += byte >= 0xE0 ? 2 : 1;
  }
  return width;
}

// Places in the box.
class Grid {
 public:
  Grid(const ReportData& data, const PanelBox& box)
      : data_(data), box_(box), times_(EdgesOf(data.times_seconds)) {}

  double X(std::size_t time) const {
    return box_.left + box_.width * static_cast<double>(time) / static_cast<double>(data_.times());
  }
  // The lower edge of a layer's row.
  double Y(std::size_t layer) const {
    return box_.bottom() -
           box_.height * static_cast<double>(layer) / static_cast<double>(data_.layers());
  }
  double Middle(std::size_t layer) const { return (Y(layer) + Y(layer + 1)) / 2; }
  double AtSeconds(double seconds) const {
    return std::clamp(times_.Place(seconds, box_.left, box_.right()), box_.left, box_.right());
  }

 private:
  const ReportData& data_;
  const PanelBox& box_;
  const AxisRange times_;
};

std::string Cells(const ReportData& data, const ColorScale& scale, const PanelBox& box) {
  std::array<std::string, kColors> paths;
  const std::size_t times = data.times();
  const auto color_of = [&](std::size_t layer, std::size_t time) {
    const double score = data.At(data.score, layer, time);
    if (std::isnan(score)) return kColors;
    return std::min(static_cast<std::size_t>(scale.ShareOf(score) * kColors), kColors - 1);
  };
  for (std::size_t l = 0; l < data.layers(); ++l) {
    for (std::size_t t = 0; t < times;) {
      const std::size_t color = color_of(l, t);
      std::size_t end = t + 1;
      while (end < times && color_of(l, end) == color) ++end;
      if (color < kColors) {
        absl::StrAppend(&paths[color], "M", t, " ", data.layers() - 1 - l, "h", end - t, "v1H", t,
                        "z");
      }
      t = end;
    }
  }
  std::string cells = absl::StrFormat(
      "<g transform=\"translate(%.3f %.3f) scale(%.6f %.6f)\" shape-rendering=\"crispEdges\">\n",
      box.left, box.top, box.width / static_cast<double>(times),
      box.height / static_cast<double>(data.layers()));
  for (std::size_t c = 0; c < kColors; ++c) {
    if (paths[c].empty()) continue;
    absl::StrAppend(&cells, "<path fill=\"", HexOf(Cividis(static_cast<double>(c) / (kColors - 1))),
                    "\" d=\"", paths[c], "\"/>\n");
  }
  return absl::StrCat(cells, "</g>\n");
}

std::string BeforeOnset(const ReportData& data, const Grid& grid, const PanelBox& box) {
  if (data.times_seconds.front() >= 0) return "";
  const double x = grid.AtSeconds(0);
  std::string text = absl::StrFormat(
      "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#ffffff\" "
      "fill-opacity=\"0.3\"/>\n",
      box.left, box.top, x - box.left, box.height);
  if (data.times_seconds.back() <= 0) return text;
  absl::StrAppendFormat(&text,
                        "<path d=\"M%.2f %.2fV%.2f\" stroke=\"#ffffff\" stroke-width=\"0.8\" "
                        "stroke-dasharray=\"2 1.5\"/>\n",
                        x, box.top, box.bottom());
  return text;
}

// The edges between cells that are significant and cells that are not.
std::string Outline(const ReportData& data, const Grid& grid) {
  if (data.p_cell.empty()) return "";
  const auto is_in = [&](std::size_t layer, std::size_t time) {
    return layer < data.layers() && time < data.times() &&
           data.At(data.p_cell, layer, time) <= kSignificantP;
  };
  std::string path;
  for (std::size_t l = 0; l <= data.layers(); ++l) {
    for (std::size_t t = 0; t <= data.times(); ++t) {
      if (is_in(l, t) != (l > 0 && is_in(l - 1, t))) {
        absl::StrAppendFormat(&path, "M%.2f %.2fH%.2f", grid.X(t), grid.Y(l), grid.X(t + 1));
      }
      if (is_in(l, t) != (t > 0 && is_in(l, t - 1))) {
        absl::StrAppendFormat(&path, "M%.2f %.2fV%.2f", grid.X(t), grid.Y(l), grid.Y(l + 1));
      }
    }
  }
  if (path.empty()) return "";
  // Light on dark, so that it shows on every colour.
  return absl::StrCat("<g fill=\"none\" stroke-linecap=\"square\"><path d=\"", path,
                      "\" stroke=\"#000000\" stroke-width=\"1.2\"/><path d=\"", path,
                      "\" stroke=\"#ffffff\" stroke-width=\"0.6\"/></g>\n");
}

std::string Peaks(const ReportData& data, const Grid& grid, const PanelBox& box) {
  const double row = box.height / static_cast<double>(data.layers());
  const double radius = std::clamp(row / 3, 0.7, 2.0);
  std::string lines;
  std::string circles;
  for (std::size_t l = 0; l < data.layers(); ++l) {
    if (!std::isfinite(data.t_max[l])) continue;
    const double y = grid.Middle(l);
    if (row >= kLeastRowOfInterval && HasInterval(data, l)) {
      absl::StrAppendFormat(&lines, "M%.2f %.2fH%.2f", grid.AtSeconds(data.t_max_low[l]), y,
                            grid.AtSeconds(data.t_max_high[l]));
    }
    absl::StrAppendFormat(&circles, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\"/>\n",
                          grid.AtSeconds(data.t_max[l]), y, radius);
  }
  std::string peaks;
  if (!lines.empty()) {
    absl::StrAppend(&peaks, "<path d=\"", lines, "\" stroke=\"#000000\" stroke-width=\"0.8\"/>\n");
  }
  if (circles.empty()) return peaks;
  return absl::StrCat(peaks, "<g fill=\"#ffffff\" stroke=\"#000000\" stroke-width=\"0.5\">\n",
                      circles, "</g>\n");
}

std::string Names(const ReportData& data, const Grid& grid, const PanelBox& box) {
  const double row = box.height / static_cast<double>(data.layers());
  const std::size_t step =
      static_cast<std::size_t>(std::max(1.0, std::ceil(kLeastRowOfName / row)));
  std::string names;
  for (std::size_t l = 0; l < data.layers(); l += step) {
    absl::StrAppend(&names, FigureText(box.left - 3, grid.Middle(l) + 2, kTickFont, "end",
                                       ShortName(data.layer_names[l])));
  }
  return names;
}

std::string ColorBar(const ReportData& data, const ColorScale& scale, const PanelBox& box) {
  constexpr int kSteps = 32;
  const PanelBox bar{.left = box.right() + 8, .top = box.top, .width = 6, .height = box.height};
  std::string text = "<g shape-rendering=\"crispEdges\">\n";
  for (int i = 0; i < kSteps; ++i) {
    absl::StrAppendFormat(
        &text, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"/>\n",
        bar.left, bar.bottom() - bar.height * (i + 1) / kSteps, bar.width,
        bar.height / kSteps + 0.1, HexOf(Cividis((i + 0.5) / kSteps)));
  }
  absl::StrAppend(&text, "</g>\n");
  const AxisRange range{.low = scale.low, .high = scale.high};
  const std::vector<double> ticks =
      RoundTicks(range.low, range.high, static_cast<int>(bar.height / 22));
  for (const double tick : ticks) {
    const double y = range.Place(tick, bar.bottom(), bar.top);
    absl::StrAppendFormat(&text, "<path d=\"M%.2f %.2fh2\" stroke=\"%s\" stroke-width=\"0.5\"/>\n",
                          bar.right(), y, kInk);
    absl::StrAppend(&text,
                    FigureText(bar.right() + 3, y + 2, kTickFont, "start", TickText(tick, ticks)));
  }
  return absl::StrCat(text,
                      FigureText(bar.left - 2, box.top - 4, kLabelFont, "start", ScoreName(data)));
}

}  // namespace

double LayerNameWidth(const ReportData& data) {
  constexpr double kCharacterWidth = 3.6;  // of kTickFont
  std::size_t longest = 0;
  for (const std::string& name : data.layer_names) {
    longest = std::max(longest, WidthOf(ShortName(name)));
  }
  return kCharacterWidth * static_cast<double>(longest);
}

std::string MatrixPanel(const ReportData& data, const ColorScale& scale, const PanelBox& box) {
  const Grid grid(data, box);
  return absl::StrCat(
      absl::StrFormat(
          "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#e8e8e8\"/>\n",
          box.left, box.top, box.width, box.height),
      Cells(data, scale, box), BeforeOnset(data, grid, box), Outline(data, grid),
      Peaks(data, grid, box), Names(data, grid, box),
      BottomAxis(box, EdgesOf(data.times_seconds), "Time after word onset (s)"),
      ColorBar(data, scale, box));
}

}  // namespace brainalign
