#include "client/cli/list_arguments.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

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

std::vector<std::string> JoinNumbers(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& flags) {
  std::vector<std::string> joined;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::size_t equals = arguments[i].find('=');
    const std::string flag = arguments[i].substr(0, equals);
    joined.push_back(arguments[i]);
    if (std::find(flags.begin(), flags.end(), flag) == flags.end()) continue;
    std::vector<std::string> parts;
    if (equals != std::string::npos) parts = PartsOf(arguments[i].substr(equals + 1));
    while (i + 1 < arguments.size() && HoldsNumbers(arguments[i + 1])) {
      const std::vector<std::string> more = PartsOf(arguments[++i]);
      parts.insert(parts.end(), more.begin(), more.end());
    }
    if (parts.empty()) continue;
    joined.back() = flag;
    joined.push_back(absl::StrJoin(parts, ","));
  }
  return joined;
}

}  // namespace brainalign
