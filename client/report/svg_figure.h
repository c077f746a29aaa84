#ifndef BRAINALIGN_CLIENT_REPORT_SVG_FIGURE_H_
#define BRAINALIGN_CLIENT_REPORT_SVG_FIGURE_H_

#include <string>

#include "client/report/report_data.h"

namespace brainalign {

// A figure of the width of two columns of a journal (183 mm): the layer x time matrix, and t_max
// against depth. An SVG element that needs no script, style sheet or network; its texts are texts.
std::string SvgFigure(const ReportData& data);

// SvgFigure as a file.
std::string SvgFile(const ReportData& data);

// What the marks of the figure mean.
std::string FigureKey(const ReportData& data);

// How every SvgFile begins.
extern const char kSvgBeginning[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_SVG_FIGURE_H_
