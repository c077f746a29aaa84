#include "server/config/print.h"

#include <sstream>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "server/config/option_table.h"
#include "server/config/toml_library.h"

namespace brainalign {
namespace {

// Comment lines of at most 100 columns.
std::string Comment(const std::string& text) {
  constexpr std::size_t kColumns = 98;
  std::string lines;
  std::string line;
  for (const absl::string_view word : absl::StrSplit(absl::string_view(text), ' ')) {
    if (!line.empty() && line.size() + 1 + word.size() > kColumns) {
      absl::StrAppend(&lines, "# ", line, "\n");
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  return absl::StrCat(lines, "# ", line, "\n");
}

// "key = value", as TOML writes it.
std::string Assignment(const std::string& key, const std::string& text) {
  toml::table table;
  double number = 0;
  if (text == "true" || text == "false") {
    table.insert(key, text == "true");
  } else if (std::int64_t whole = 0; absl::SimpleAtoi(absl::string_view(text), &whole)) {
    table.insert(key, whole);
  } else if (absl::SimpleAtod(absl::string_view(text), &number)) {
    table.insert(key, number);
  } else {
    table.insert(key, text);
  }
  std::ostringstream out;
  out << table;
  return out.str();
}

}  // namespace

std::string PrintDefaultConfig() {
  std::string config = Comment(
      "Options of brainalignd, with their defaults: a file for --config. A flag wins over the "
      "file.");
  const ServerOptions defaults;
  for (const OptionRow& row : OptionTable()) {
    const std::string key = row.key();
    const auto value = row.value_of.get(defaults);
    absl::StrAppend(&config, "\n", Comment(row.help),
                    value ? Assignment(key, *value) : "# " + Assignment(key, row.value), "\n");
  }
  return config;
}

}  // namespace brainalign
