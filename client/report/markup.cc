#include "client/report/markup.h"

#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "core/printable.h"

namespace brainalign {

std::string MarkupText(const std::string& text) {
  return absl::StrReplaceAll(Printable(text), {{"&", "&amp;"},
                                               {"<", "&lt;"},
                                               {">", "&gt;"},
                                               {"\"", "&quot;"},
                                               {"'", "&#39;"},
                                               // No characters of XML.
                                               {"\xef\xbf\xbe", "\xef\xbf\xbd"},
                                               {"\xef\xbf\xbf", "\xef\xbf\xbd"}});
}

std::string MarkupLines(const std::string& lines) {
  std::vector<std::string> escaped;
  for (const absl::string_view line : absl::StrSplit(lines, '\n')) {
    escaped.push_back(MarkupText(std::string(line)));
  }
  return absl::StrJoin(escaped, "\n");
}

}  // namespace brainalign
