#include "core/words/text_column.h"

#include <algorithm>

#include "absl/strings/match.h"

namespace brainalign {

const std::vector<std::string>& TextColumnNames() {
  static const auto& names =
      *new std::vector<std::string>{"word", "text", "words", "token", "value"};
  return names;
}

std::ptrdiff_t FindName(const std::vector<std::string>& columns,
                        const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const std::string& column) {
      return absl::EqualsIgnoreCase(column, name);
    });
    if (found != columns.end()) return found - columns.begin();
  }
  return -1;
}

}  // namespace brainalign
