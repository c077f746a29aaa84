#include "client/cli/list_arguments.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/printable.h"

namespace brainalign {
namespace {

std::vector<std::string> PartsOf(const std::string& argument) {
  return absl::StrSplit(argument, absl::ByAnyChar(", "), absl::SkipEmpty());
}

bool HoldsNumbers(const std::string& argument) {
  const std::vector<std::string> parts = PartsOf(argument);
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    double ignored = 0;
    return absl::SimpleAtod(part, &ignored);
  });
}

}  // namespace

std::string DescribeBadLists(const std::vector<std::string>& arguments,
                             const std::vector<std::string>& number_flags,
                             const std::vector<std::string>& name_flags) {
  const auto is_among = [](const std::vector<std::string>& flags, const std::string& flag) {
    return std::find(flags.begin(), flags.end(), flag) != flags.end();
  };
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string flag = arguments[i].substr(0, equals);
    const bool has_numbers = is_among(number_flags, flag);
    if (!has_numbers && !is_among(name_flags, flag)) continue;
    std::string given;
    if (equals != std::string::npos) {
      given = arguments[i].substr(equals + 1);
    } else if (i + 1 < arguments.size()) {
      given = arguments[++i];
    }
    if (has_numbers) {
      if (!HoldsNumbers(given)) continue;
      while (i + 1 < arguments.size() && !PartsOf(arguments[i + 1]).empty() &&
             HoldsNumbers(arguments[i + 1])) {
        absl::StrAppend(&given, " ", arguments[++i]);
      }
    }
    const std::string right = absl::StrJoin(PartsOf(given), ",");
    if (right.empty() || given == right) continue;
    return absl::StrCat(flag, " is '", Printable(given), "'; write one comma between ",
                        has_numbers ? "numbers" : "names", ", and no spaces: ", flag, " ",
                        Printable(right));
  }
  return "";
}

absl::StatusOr<std::vector<std::string>> SplitNames(const std::string& text) {
  std::vector<std::string> names;
  std::size_t at = 0;
  while (at < text.size()) {
    at = std::min(text.find_first_not_of(' ', at), text.size());
    const bool is_quoted = at < text.size() && (text[at] == '"' || text[at] == '\'');
    if (!is_quoted) {
      const std::size_t comma = std::min(text.find(',', at), text.size());
      names.emplace_back(absl::StripTrailingAsciiWhitespace(text.substr(at, comma - at)));
      at = comma + 1;
      continue;
    }
    const std::size_t close = text.find(text[at], at + 1);
    if (close == std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("has a quotation mark at character ", at + 1, " that is not closed"));
    }
    names.push_back(text.substr(at + 1, close - at - 1));
    at = std::min(text.find_first_not_of(' ', close + 1), text.size());
    if (at < text.size() && text[at] != ',') {
      return absl::InvalidArgumentError(
          absl::StrCat("has no comma after the quotation mark at character ", close + 1));
    }
    ++at;
  }
  const bool ends_with_comma = !names.empty() && at == text.size() && text.back() == ',';
  const auto empty = std::count(names.begin(), names.end(), "");
  if (static_cast<std::size_t>(empty) == names.size()) return std::vector<std::string>();
  if (empty > 0 || ends_with_comma) {
    return absl::InvalidArgumentError(
        "has a comma with no name on one side; write one comma between names");
  }
  return names;
}

}  // namespace brainalign
