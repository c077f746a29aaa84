#include "server/rows/project.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

constexpr std::size_t kMostNameBytes = 64;

bool IsLetterOrDigit(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c));
}

}  // namespace

bool IsProjectName(const std::string& name) {
  return !name.empty() && name.size() <= kMostNameBytes && IsLetterOrDigit(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return IsLetterOrDigit(c) || c == '.' || c == '_' || c == '-'; });
}

std::string DescribeBadProjectName(const std::string& name) {
  return absl::StrCat("'", absl::CHexEscape(name.substr(0, kMostNameBytes)), "'; give 1 to ",
                      kMostNameBytes,
                      " of a-z, 0-9, '.', '_' and '-', the first of them a letter or a digit");
}

}  // namespace brainalign
