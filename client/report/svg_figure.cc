#include "client/report/svg_figure.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/figure_panels.h"
#include "client/report/markup.h"

namespace brainalign {
namespace {

constexpr double kWidthMillimetres = 183;
constexpr double kWidth = kWidthMillimetres / 25.4 * 72;
constexpr double kTop = 16;
// Ticks, a label and the key.
constexpr double kBelowPanels = 42;
constexpr double kDepthWidth = 128;
// Between the two boxes: colour bar with its texts, and the axis of the second.
constexpr double kBetween = 86;
constexpr double kRight = 6;
constexpr double kRowHeight = 12;
constexpr double kLeastHeight = 110;
constexpr double kMostHeight = 220;

}  // namespace

std::string FigureKey(const ReportData& data) {
  std::string key = "Circles: t_max";
  if (!data.t_max_low.empty()) absl::StrAppend(&key, "; bars: its 95 % intervals");
  if (data.times_seconds.front() < 0) absl::StrAppend(&key, ". Shaded: before word onset");
  if (!data.p_cell.empty()) absl::StrAppend(&key, ". Outlined: family-wise p at most 0.05");
  return absl::StrCat(key, ".");
}

const char kSvgBeginning[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- brainalign figure -->";

std::string SvgFigure(const ReportData& data) {
  const double height =
      std::clamp(kRowHeight * static_cast<double>(data.layers()), kLeastHeight, kMostHeight);
  const double left = 12 + LayerNameWidth(data);
  const PanelBox matrix{.left = left,
                        .top = kTop,
                        .width = kWidth - left - kBetween - kDepthWidth - kRight,
                        .height = height};
  const PanelBox depth{.left = matrix.right() + kBetween,
                       .top = kTop,
                       .width = kDepthWidth,
                       .height = std::min(height, kDepthWidth)};
  const double all = kTop + height + kBelowPanels;
  const std::string said = MarkupText(Finding(data));
  return absl::StrCat(
      absl::StrFormat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%gmm\" height=\"%.2fmm\" "
                      "viewBox=\"0 0 %.2f %.2f\" ",
                      kWidthMillimetres, all / 72 * 25.4, kWidth, all),
      "role=\"img\" aria-label=\"", said,
      "\" font-family=\"Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif\">\n",
      "<title>Layer by time matrix</title>\n<desc>", said, "</desc>\n",
      absl::StrFormat("<rect width=\"%.2f\" height=\"%.2f\" fill=\"#ffffff\"/>\n", kWidth, all),
      FigureText(2, 9, 8, "start", "a", " font-weight=\"bold\""),
      MatrixPanel(data, ScaleOf(data.score), matrix),
      FigureText(depth.left - 34, 9, 8, "start", "b", " font-weight=\"bold\""),
      DepthPanel(data, depth),
      FigureText(matrix.left, all - 5, kTickFont, "start", FigureKey(data)), "</svg>\n");
}

std::string SvgFile(const ReportData& data) {
  return absl::StrCat(kSvgBeginning, "\n", SvgFigure(data));
}

}  // namespace brainalign
