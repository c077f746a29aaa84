#ifndef BRAINALIGN_CLIENT_REPORT_SVG_FIGURE_H_
#define BRAINALIGN_CLIENT_REPORT_SVG_FIGURE_H_

#include <string>
#include <vector>

#include "client/report/color_scale.h"
#include "client/report/report_data.h"

namespace brainalign {

// The width of a column of a journal, 89 mm, and of two with the space between them, 183 mm.
enum class FigureWidth { kSingle, kDouble };

// The layer x time matrix, and t_max against depth: side by side, or in a single column one below
// the other. An SVG element that needs no script, style sheet or network; its texts are texts.
std::string SvgFigure(const ReportData& data, FigureWidth width);

// SvgFigure as a file.
std::string SvgFile(const ReportData& data, FigureWidth width);

// The one scale of all maps of a result, so that they can be compared: of its scores, of its folds,
// and of time generalisation.
ColorScale ScaleOfMaps(const ReportData& data);

// What the marks of the figure mean, in sentences.
std::vector<std::string> FigureKeySentences(const ReportData& data);

// The same in one line.
std::string FigureKey(const ReportData& data);

// How every SvgFile begins.
extern const char kSvgBeginning[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_SVG_FIGURE_H_
