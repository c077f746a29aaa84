#ifndef BRAINALIGN_CLIENT_REPORT_HTML_REPORT_H_
#define BRAINALIGN_CLIENT_REPORT_HTML_REPORT_H_

#include <string>

#include "client/report/report_data.h"

namespace brainalign {

// A page in one file that needs no network. Its policy of contents allows its own scripts and its
// own style by their SHA-256, and nothing else. Without charts (a build without npm, or none asked
// for) it has no script, and its figure is SvgFigure.
std::string HtmlReport(const ReportData& data);

// Whether this program was built with charts that move.
bool HasCharts();

// How every HtmlReport begins.
extern const char kHtmlBeginning[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_HTML_REPORT_H_
