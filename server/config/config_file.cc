#include "server/config/config_file.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "server/config/option_table.h"
#include "server/config/stray_characters.h"
#include "server/config/toml_library.h"

namespace brainalign {
namespace {

// Far above any file of options: a wrong file is not read whole.
constexpr std::size_t kMostFileBytes = std::size_t{1} << 20;

absl::StatusOr<std::string> ReadText(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string text(kMostFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file.good()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config file ", path, " cannot be read: ", std::generic_category().message(errno)));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMostFileBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "config file ", path,
        " has more than 1 MiB; give a file of options, as brainalignd --print-config prints one"));
  }
  return text;
}

// A number, a truth value or a string, as it would be written after a flag; nothing
// for what no option takes.
std::optional<std::string> ScalarText(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
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
  const absl::StatusOr<std::string> file_text = ReadText(path);
  if (!file_text.ok()) {
    problems.emplace_back(file_text.status().message());
    return problems;
  }
  if (const std::optional<StrayCharacter> stray = FindStrayCharacter(*file_text)) {
    problems.push_back(absl::StrFormat(
        "config file %s, line %d: '%s' (U+%04X) stands outside strings and comments, where TOML "
        "allows only ASCII; put text between \" and \"",
        path, stray->line, stray->bytes, static_cast<std::uint32_t>(stray->code_point)));
    return problems;
  }
  const toml::parse_result parsed = toml::parse(std::string_view(*file_text), std::string(path));
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
    const auto row = std::find_if(OptionTable().begin(), OptionTable().end(),
                                  [&](const OptionRow& known) { return known.key() == name; });
    if (row == OptionTable().end()) {
      problems.push_back(absl::StrCat(
          place, "there is no option '", name, "'; options are ",
          absl::StrJoin(OptionTable(), ", ", [](std::string* out, const OptionRow& known) {
            absl::StrAppend(out, known.key());
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
