// The parts of SvgFigure. Lengths are in points, 1/72 inch.
#ifndef BRAINALIGN_CLIENT_REPORT_FIGURE_PANELS_H_
#define BRAINALIGN_CLIENT_REPORT_FIGURE_PANELS_H_

#include <string>

#include "client/report/color_scale.h"
#include "client/report/report_data.h"

namespace brainalign {

// The rectangle that data are drawn in; axes and their texts stand outside of it.
struct PanelBox {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;

  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

constexpr double kTickFont = 6;
constexpr double kLabelFont = 7;
constexpr double kLetterFont = 8;  // of panels, bold, as journals ask for
constexpr char kInk[] = "#000000";

// The range of an axis, and where a value of it lies between two places.
struct AxisRange {
  double low = 0;
  double high = 1;

  double Place(double value, double at_low, double at_high) const {
    return at_low + (value - low) / (high - low) * (at_high - at_low);
  }
};

// The times of the matrix from the first edge of a cell to the last.
AxisRange EdgesOf(const std::vector<double>& times_seconds);

// A text; `anchor` is start, middle or end.
std::string FigureText(double x, double y, double size, const std::string& anchor,
                       const std::string& text, const std::string& more_attributes = "");

// Ticks and label below and left of a box.
std::string BottomAxis(const PanelBox& box, const AxisRange& range, const std::string& label);
std::string LeftAxis(const PanelBox& box, const AxisRange& range, const std::string& label);

// The columns that the names of layers take, left of the matrix.
double LayerNameWidth(const ReportData& data);

// The matrix with its marks, axes and colour bar, whose texts lie right of the box.
std::string MatrixPanel(const ReportData& data, const ColorScale& scale, const PanelBox& box);

// t_max against depth with its line.
std::string DepthPanel(const ReportData& data, const PanelBox& box);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_FIGURE_PANELS_H_
