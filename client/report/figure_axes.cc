#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/figure_panels.h"
#include "client/report/markup.h"

namespace brainalign {
namespace {

constexpr double kTickLength = 2.5;

std::string Line(double x1, double y1, double x2, double y2) {
  return absl::StrFormat("M%.2f %.2fL%.2f %.2f", x1, y1, x2, y2);
}

std::string Stroked(const std::string& path) {
  return absl::StrCat("<path d=\"", path, "\" fill=\"none\" stroke=\"", kInk,
                      "\" stroke-width=\"0.5\"/>\n");
}

}  // namespace

AxisRange EdgesOf(const std::vector<double>& times_seconds) {
  const std::size_t count = times_seconds.size();
  if (count < 2) return {.low = times_seconds.front() - 0.5, .high = times_seconds.front() + 0.5};
  const double half =
      (times_seconds.back() - times_seconds.front()) / static_cast<double>(count - 1) / 2;
  if (!(half > 0)) return {.low = times_seconds.front() - 0.5, .high = times_seconds.front() + 0.5};
  return {.low = times_seconds.front() - half, .high = times_seconds.back() + half};
}

std::string FigureText(double x, double y, double size, const std::string& anchor,
                       const std::string& text, const std::string& more_attributes) {
  return absl::StrCat(
      absl::StrFormat("<text x=\"%.2f\" y=\"%.2f\" font-size=\"%g\" text-anchor=\"%s\" fill=\"%s\"",
                      x, y, size, anchor, kInk),
      more_attributes, ">", MarkupText(text), "</text>\n");
}

std::string BottomAxis(const PanelBox& box, const AxisRange& range, const std::string& label) {
  const std::vector<double> ticks =
      RoundTicks(range.low, range.high, static_cast<int>(box.width / 28));
  std::string path = Line(box.left, box.bottom(), box.right(), box.bottom());
  std::string texts;
  for (const double tick : ticks) {
    const double x = range.Place(tick, box.left, box.right());
    absl::StrAppend(&path, Line(x, box.bottom(), x, box.bottom() + kTickLength));
    absl::StrAppend(&texts, FigureText(x, box.bottom() + kTickLength + kTickFont, kTickFont,
                                       "middle", TickText(tick, ticks)));
  }
  return absl::StrCat(
      Stroked(path), texts,
      FigureText(box.left + box.width / 2, box.bottom() + 19, kLabelFont, "middle", label));
}

std::string LeftAxis(const PanelBox& box, const AxisRange& range, const std::string& label) {
  const std::vector<double> ticks =
      RoundTicks(range.low, range.high, static_cast<int>(box.height / 18));
  std::string path = Line(box.left, box.top, box.left, box.bottom());
  std::string texts;
  for (const double tick : ticks) {
    const double y = range.Place(tick, box.bottom(), box.top);
    absl::StrAppend(&path, Line(box.left - kTickLength, y, box.left, y));
    absl::StrAppend(&texts, FigureText(box.left - kTickLength - 1.5, y + 2, kTickFont, "end",
                                       TickText(tick, ticks)));
  }
  const double x = box.left - 22;
  const double y = box.top + box.height / 2;
  return absl::StrCat(Stroked(path), texts,
                      FigureText(x, y, kLabelFont, "middle", label,
                                 absl::StrFormat(" transform=\"rotate(-90 %.2f %.2f)\"", x, y)));
}

}  // namespace brainalign
