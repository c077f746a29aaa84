#include "client/connection/token.h"

#include <algorithm>
#include <fstream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// Far above any token: a wrong file is not read whole.
constexpr std::size_t kMostBytes = 240;

}  // namespace

absl::StatusOr<std::string> ParseToken(const std::string& text, const std::string& place) {
  const std::string token(absl::StripAsciiWhitespace(text));
  const bool sound = std::all_of(token.begin(), token.end(), [](char c) {
    return absl::ascii_isgraph(static_cast<unsigned char>(c));
  });
  if (!token.empty() && token.size() <= kMostBytes && sound) return token;
  return absl::InvalidArgumentError(
      absl::StrCat(place, token.empty() ? " holds no token" : " holds something else than a token",
                   ": one line, as brainalignd token add printed it."));
}

absl::StatusOr<std::string> ReadTokenFile(const std::string& path) {
  std::ifstream file(path);
  std::string text(4 * kMostBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.eof() && !file.good()) {
    return absl::InvalidArgumentError(absl::StrCat("The token file ", path, " cannot be read."));
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return ParseToken(text, absl::StrCat("The token file ", path));
}

}  // namespace brainalign
