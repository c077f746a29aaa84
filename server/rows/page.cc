#include "server/rows/page.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr std::size_t kSealDigits = 8;

std::string SealOf(const std::string& position, const std::string& query) {
  const std::string covered = absl::StrCat(position.size(), ":", position, query);
  return absl::StrCat(absl::Hex(Crc32c(covered.data(), covered.size()), absl::kZeroPad8));
}

bool IsHex(const std::string& text) {
  return text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace

absl::StatusOr<int> PageSizeOf(int asked) {
  if (asked < 0) {
    return OverLimitError(
        "page_size", absl::StrCat("is ", asked, "; give 0 for the default, or 1 to ", kMaxPageSize),
        asked, kMaxPageSize);
  }
  return asked == 0 ? kDefaultPageSize : std::min(asked, kMaxPageSize);
}

std::string NameOfQuery(absl::string_view list, const std::vector<std::string>& filters) {
  std::string name(list);
  for (const std::string& filter : filters) absl::StrAppend(&name, " ", filter.size(), ":", filter);
  return name;
}

std::string MakePageToken(const std::string& position, const std::string& query) {
  return absl::BytesToHexString(position) + SealOf(position, query);
}

absl::StatusOr<std::string> ReadPageToken(const std::string& token, const std::string& query) {
  if (token.empty()) return std::string();
  if (token.size() > kSealDigits && IsHex(token)) {
    const std::string position =
        absl::HexStringToBytes(token.substr(0, token.size() - kSealDigits));
    if (MakePageToken(position, query) == token) return position;
  }
  return InvalidFieldError("page_token",
                           "is not a token of this query; use next_page_token of the previous "
                           "page, with the same filters");
}

}  // namespace brainalign
