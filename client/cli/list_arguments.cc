#include "client/cli/list_arguments.h"

#include <algorithm>
#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace brainalign {
namespace {

std::vector<std::string> PartsOf(const std::string& argument) {
  return absl::StrSplit(argument, absl::ByAnyChar(", "), absl::SkipEmpty());
}

// Whether a number is missing: between two commas, or altogether.
bool HasGap(std::string argument) {
  std::erase(argument, ' ');
  return argument.empty() || absl::StrContains(argument, ",,");
}

bool HoldsNumbers(const std::string& argument) {
  const std::vector<std::string> parts = PartsOf(argument);
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    double ignored = 0;
    return absl::SimpleAtod(part, &ignored);
  });
}

}  // namespace

std::vector<std::string> JoinNumbers(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& flags) {
  std::vector<std::string> joined;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string flag = arguments[i].substr(0, equals);
    joined.push_back(arguments[i]);
    if (std::find(flags.begin(), flags.end(), flag) == flags.end()) continue;
    std::vector<std::string> given;
    if (equals != std::string::npos) given.push_back(arguments[i].substr(equals + 1));
    while (i + 1 < arguments.size() && HoldsNumbers(arguments[i + 1])) {
      given.push_back(arguments[++i]);
    }
    if (given.empty()) continue;
    joined.back() = flag;
    const std::string all = absl::StrJoin(given, ",");
    // What lacks a number stays as it is, so that it is refused.
    const bool is_whole = std::none_of(given.begin(), given.end(), HasGap);
    joined.push_back(is_whole ? absl::StrJoin(PartsOf(all), ",") : all);
  }
  return joined;
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
  std::erase(names, "");
  return names;
}

}  // namespace brainalign
