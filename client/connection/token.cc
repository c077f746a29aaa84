#include "client/connection/token.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/credentials/private_file.h"

namespace brainalign {
namespace {

// Far above any token: a wrong file is not read whole.
constexpr std::size_t kMostTokenBytes = 240;

}  // namespace

absl::StatusOr<std::string> ParseToken(const std::string& text, const std::string& place) {
  const std::string token(absl::StripAsciiWhitespace(text));
  const bool sound = std::all_of(token.begin(), token.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (!token.empty() && token.size() <= kMostTokenBytes && sound) return token;
  return absl::InvalidArgumentError(absl::StrCat(
      place, token.empty() ? " contains no token" : " contains something other than a token",
      ": one line, as brainalignd token add printed it."));
}

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadPrivateFile(path, 4 * kMostTokenBytes);
  if (!text.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("The token file ", text.status().message()));
  }
  return ParseToken(*text, absl::StrCat("The token file ", path));
}

}  // namespace brainalign
