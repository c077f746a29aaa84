#include "server/config/config_file.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/config/option_table.h"
#include "server/config/toml_library.h"

namespace brainalign {
namespace {

// A number, a truth value or a string, as it would be written after a flag; nothing
// for what no option takes.
std::optional<std::string> ScalarText(const toml::node& node) {
  if (const auto text = node.value_exact<std::string>()) return text;
  if (const auto truth = node.value_exact<bool>()) return *truth ? "true" : "false";
  if (node.is_integer() || node.is_floating_point()) {
    std::ostringstream text;
    node.is_integer() ? text << *node.value<std::int64_t>() : text << *node.value<double>();
    return text.str();
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> ReadConfigFile(const std::string& path, ServerOptions& options) {
  std::vector<std::string> problems;
  const toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    problems.push_back(absl::StrCat("config file ", path, ", line ", error.source().begin.line,
                                    ": ", std::string(error.description())));
    return problems;
  }
  for (const auto& [key, node] : parsed.table()) {
    const std::string name(key.str());
    const std::string place =
        absl::StrCat("config file ", path, ", line ", node.source().begin.line, ": ");
    const auto row =
        std::find_if(OptionTable().begin(), OptionTable().end(), [&](const OptionRow& candidate) {
          return absl::StrReplaceAll(absl::string_view(candidate.name), {{"-", "_"}}) == name;
        });
    if (row == OptionTable().end()) {
      problems.push_back(absl::StrCat(
          place, "there is no option '", name, "'; options are ",
          absl::StrJoin(OptionTable(), ", ", [](std::string* out, const OptionRow& known) {
            absl::StrAppend(out, absl::StrReplaceAll(absl::string_view(known.name), {{"-", "_"}}));
          })));
      continue;
    }
    const std::optional<std::string> text = ScalarText(node);
    if (!text) {
      problems.push_back(absl::StrCat(place, name, " must be a number, a string, true or false"));
      continue;
    }
    if (absl::Status status = row->value_of.set(*text, options); !status.ok()) {
      problems.push_back(absl::StrCat(place, name, " ", status.message()));
    }
  }
  return problems;
}

}  // namespace brainalign
