// The parts of HtmlReport that are tables and lists, as HTML.
#ifndef BRAINALIGN_CLIENT_REPORT_HTML_TABLES_H_
#define BRAINALIGN_CLIENT_REPORT_HTML_TABLES_H_

#include <string>

#include "client/report/report_data.h"

namespace brainalign {

std::string ReportLayerTable(const ReportData& data);

// Words and scores of each fold, below a place for their chart; a sentence where the result does
// not tell them.
std::string FoldSection(const ReportData& data);

std::string UncertaintyList(const ReportData& data);

// A section with the verdict of --rigour; empty if there is none.
std::string VerdictSection(const ReportData& data);

std::string NoteList(const ReportData& data);

std::string FactTable(const ReportData& data);

// What the methods text cannot tell.
std::string MethodsToAddList();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_HTML_TABLES_H_
