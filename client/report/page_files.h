// The files of client/report/page, which the build puts into the program.
#ifndef BRAINALIGN_CLIENT_REPORT_PAGE_FILES_H_
#define BRAINALIGN_CLIENT_REPORT_PAGE_FILES_H_

namespace brainalign {

extern const char kPageTemplate[];          // report.html
extern const char kPageStyle[];             // report.css
extern const char kPageScript[];            // report.js
extern const char kGeneralisationScript[];  // generalisation.js
extern const char kCurvesScript[];          // curves.js
extern const char kChartsScript[];          // ECharts; empty in a build without npm

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_PAGE_FILES_H_
