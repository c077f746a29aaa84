#ifndef BRAINALIGN_CLIENT_REPORT_MARKUP_H_
#define BRAINALIGN_CLIENT_REPORT_MARKUP_H_

#include <string>

namespace brainalign {

// Text for the contents and the quoted attributes of HTML and XML. Control characters and those
// that turn the direction of writing become visible escapes, as in core/printable.h.
std::string MarkupText(const std::string& text);

// The same line by line: line feeds stay.
std::string MarkupLines(const std::string& lines);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_MARKUP_H_
