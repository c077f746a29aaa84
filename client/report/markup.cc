#include "client/report/markup.h"

#include "absl/strings/str_replace.h"
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

}  // namespace brainalign
