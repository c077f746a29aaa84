#include "client/report/svg_figure.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/report/figure_panels.h"
#include "client/report/markup.h"

namespace brainalign {
namespace {

constexpr double kPointsPerMillimetre = 72 / 25.4;
constexpr double kSingleMillimetres = 89;
constexpr double kDoubleMillimetres = 183;
constexpr double kTop = 16;
// Ticks and the label of an axis.
constexpr double kBelowPanel = 27;
constexpr double kKeyLine = 8;
constexpr double kLetterLeft = 2;
constexpr double kDepthWidth = 128;
// Right of the matrix: colour bar with its texts.
constexpr double kColorBar = 44;
// Left of the depths: their axis.
constexpr double kDepthAxis = 34;
constexpr double kBetween = 8;
constexpr double kRight = 6;
constexpr double kRowHeight = 12;
constexpr double kLeastHeight = 110;
constexpr double kMostHeight = 220;
constexpr double kSingleDepthHeight = 84;

struct Layout {
  double width_millimetres = 0;
  double height = 0;
  PanelBox matrix;
  PanelBox depth;
  std::vector<std::string> key;  // lines

  double width() const { return width_millimetres * kPointsPerMillimetre; }
};

double MatrixHeight(const ReportData& data) {
  return std::clamp(kRowHeight * static_cast<double>(data.layers()), kLeastHeight, kMostHeight);
}

Layout DoubleLayout(const ReportData& data) {
  Layout layout;
  layout.width_millimetres = kDoubleMillimetres;
  const double left = 12 + LayerNameWidth(data);
  const double height = MatrixHeight(data);
  const double right_of_matrix = kColorBar + kBetween + kDepthAxis + kDepthWidth + kRight;
  layout.matrix = {.left = left,
                   .top = kTop,
                   .width = layout.width() - left - right_of_matrix,
                   .height = height};
  layout.depth = {.left = layout.width() - kRight - kDepthWidth,
                  .top = kTop,
                  .width = kDepthWidth,
                  .height = std::min(height, kDepthWidth)};
  layout.key = {FigureKey(data)};
  layout.height = layout.matrix.bottom() + kBelowPanel + 15;
  return layout;
}

Layout SingleLayout(const ReportData& data) {
  Layout layout;
  layout.width_millimetres = kSingleMillimetres;
  const double left = std::max(12 + LayerNameWidth(data), kDepthAxis);
  const double width = layout.width() - left - kColorBar;
  layout.matrix = {.left = left, .top = kTop, .width = width, .height = MatrixHeight(data)};
  layout.depth = {.left = left,
                  .top = layout.matrix.bottom() + kBelowPanel + kTop,
                  .width = width,
                  .height = kSingleDepthHeight};
  layout.key = FigureKeySentences(data);
  layout.height =
      layout.depth.bottom() + kBelowPanel + 7 + kKeyLine * static_cast<double>(layout.key.size());
  return layout;
}

std::string KeyLines(const Layout& layout) {
  std::string lines;
  double y = layout.height - 5 - kKeyLine * static_cast<double>(layout.key.size() - 1);
  for (const std::string& line : layout.key) {
    absl::StrAppend(&lines, FigureText(layout.matrix.left, y, kTickFont, "start", line));
    y += kKeyLine;
  }
  return lines;
}

std::string PanelLetter(const PanelBox& box, double x, const std::string& letter) {
  return FigureText(x, box.top - 7, kLetterFont, "start", letter, " font-weight=\"bold\"");
}

}  // namespace

std::vector<std::string> FigureKeySentences(const ReportData& data) {
  std::vector<std::string> key = {absl::StrCat(
      "Circles: t_max", data.t_max_low.empty() ? "" : "; bars: its 95 % intervals", ".")};
  if (data.times_seconds.front() < 0) key.push_back("Shaded: before word onset.");
  if (!data.p_cell.empty()) key.push_back("Outlined: family-wise p at most 0.05.");
  return key;
}

std::string FigureKey(const ReportData& data) {
  return absl::StrJoin(FigureKeySentences(data), " ");
}

ColorScale ScaleOfMaps(const ReportData& data) {
  std::vector<double> all = data.score;
  all.insert(all.end(), data.fold_score.begin(), data.fold_score.end());
  all.insert(all.end(), data.time_generalisation.begin(), data.time_generalisation.end());
  return ScaleOf(all);
}

const char kSvgBeginning[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- brainalign figure -->";

std::string SvgFigure(const ReportData& data, FigureWidth width) {
  const bool is_single = width == FigureWidth::kSingle;
  const Layout layout = is_single ? SingleLayout(data) : DoubleLayout(data);
  const std::string said = MarkupText(absl::StrCat(Finding(data), " ", Description(data)));
  return absl::StrCat(
      absl::StrFormat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%gmm\" height=\"%.2fmm\" "
                      "viewBox=\"0 0 %.2f %.2f\" ",
                      layout.width_millimetres, layout.height / kPointsPerMillimetre,
                      layout.width(), layout.height),
      "role=\"img\" aria-label=\"", MarkupText(FigureName(data)),
      "\" font-family=\"Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif\">\n<title>",
      MarkupText(FigureName(data)), "</title>\n<desc>", said, "</desc>\n",
      absl::StrFormat("<rect width=\"%.2f\" height=\"%.2f\" fill=\"#ffffff\"/>\n", layout.width(),
                      layout.height),
      PanelLetter(layout.matrix, kLetterLeft, "a"),
      MatrixPanel(data, ScaleOfMaps(data), layout.matrix),
      PanelLetter(layout.depth, is_single ? kLetterLeft : layout.depth.left - kDepthAxis, "b"),
      DepthPanel(data, layout.depth), KeyLines(layout), "</svg>\n");
}

std::string SvgFile(const ReportData& data, FigureWidth width) {
  return absl::StrCat(kSvgBeginning, "\n", SvgFigure(data, width));
}

}  // namespace brainalign
