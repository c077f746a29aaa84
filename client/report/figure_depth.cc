// t_max against depth, of SvgFigure.
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/figure_panels.h"

namespace brainalign {
namespace {

// Peaks closer together than this are not spread over the whole axis.
constexpr double kLeastSeconds = 0.1;

AxisRange SecondsOf(const ReportData& data) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const auto* values : {&data.t_max, &data.t_max_low, &data.t_max_high}) {
    for (const double value : *values) {
      if (!std::isfinite(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (low > high) return {.low = 0, .high = 1};
  // An interval wider than the epoch says no more than that it is.
  low = std::max(low, data.times_seconds.front() - 0.5);
  high = std::min(high, data.times_seconds.back() + 0.5);
  const double margin = std::max(0.08 * (high - low), (kLeastSeconds - (high - low)) / 2);
  return {.low = low - margin, .high = high + margin};
}

AxisRange DepthsOf(const ReportData& data) {
  const auto [low, high] = std::minmax_element(data.depth.begin(), data.depth.end());
  AxisRange range{.low = std::min(0.0, *low), .high = std::max(1.0, *high)};
  const double margin = 0.04 * (range.high - range.low);
  range.low -= margin;
  range.high += margin;
  return range;
}

}  // namespace

std::string DepthPanel(const ReportData& data, const PanelBox& box) {
  const AxisRange seconds = SecondsOf(data);
  const AxisRange depths = DepthsOf(data);
  const auto x_of = [&](double depth) { return depths.Place(depth, box.left, box.right()); };
  const auto y_of = [&](double time) {
    return std::clamp(seconds.Place(time, box.bottom(), box.top), box.top, box.bottom());
  };
  std::string panel;
  std::string title = "t_max undefined";
  if (const std::optional<DepthFit> fit = FitDepth(data); fit.has_value()) {
    const auto [low, high] = std::minmax_element(data.depth.begin(), data.depth.end());
    absl::StrAppendFormat(
        &panel, "<path d=\"M%.2f %.2fL%.2f %.2f\" stroke=\"#7a7a7a\" stroke-width=\"1\"/>\n",
        x_of(*low), y_of(fit->intercept_seconds + fit->slope * *low), x_of(*high),
        y_of(fit->intercept_seconds + fit->slope * *high));
    title = absl::StrFormat("Slope %.3f s", fit->slope);
    if (data.slope_low.has_value() && data.slope_high.has_value()) {
      absl::StrAppendFormat(&title, " (%.3f to %.3f)", *data.slope_low, *data.slope_high);
    }
  }
  constexpr std::size_t kMostLargeDots = 30;
  const bool is_crowded = data.layers() > kMostLargeDots;
  for (std::size_t l = 0; l < data.layers(); ++l) {
    if (!std::isfinite(data.t_max[l]) || !std::isfinite(data.depth[l])) continue;
    const double x = x_of(data.depth[l]);
    if (HasInterval(data, l)) {
      absl::StrAppendFormat(&panel,
                            "<path d=\"M%.2f %.2fV%.2f\" stroke=\"%s\" stroke-width=\"%.2f\"/>\n",
                            x, y_of(data.t_max_low[l]), y_of(data.t_max_high[l]),
                            is_crowded ? "#7a7a7a" : kInk, is_crowded ? 0.4 : 0.6);
    }
    absl::StrAppendFormat(&panel, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.1f\" fill=\"%s\"/>\n", x,
                          y_of(data.t_max[l]), is_crowded ? 0.8 : 1.7, kInk);
  }
  return absl::StrCat(
      panel, FigureText(box.left + box.width / 2, box.top - 4, kLabelFont, "middle", title),
      BottomAxis(box, depths, "Relative depth"), LeftAxis(box, seconds, "t_max (s)"));
}

}  // namespace brainalign
