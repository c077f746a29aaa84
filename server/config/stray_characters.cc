#include "server/config/stray_characters.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace brainalign {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The character beyond ASCII that `text` begins with; none if its bytes are no UTF-8.
std::optional<StrayCharacter> FirstCharacter(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  // The first of n bytes begins with n ones and a zero, the others with a one and a zero.
  const auto size = static_cast<std::size_t>(std::countl_one(byte(0)));
  if (size < 2 || size > 4 || text.size() < size) return std::nullopt;
  StrayCharacter character;
  character.bytes = text.substr(0, size);
  character.code_point = byte(0) & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (std::countl_one(byte(i)) != 1) return std::nullopt;
    character.code_point = (character.code_point << 6U) | (byte(i) & 0x3FU);
  }
  return character;
}

std::size_t EndOfLine(std::string_view text, std::size_t at) {
  return std::min(text.find('\n', at), text.size());
}

// Behind the string whose quote is at `at`; one of a single line that is not closed ends with
// its line.
std::size_t EndOfString(std::string_view text, std::size_t at) {
  const char quote = text[at];
  const bool many_lines = text.substr(at, 3) == std::string(3, quote);
  const std::string delimiter(many_lines ? 3 : 1, quote);
  for (at += delimiter.size(); at < text.size(); ++at) {
    if (text[at] == '\n' && !many_lines) return at;
    if (text[at] == '\\' && quote == '"') {
      ++at;  // an escaped quote does not close it
    } else if (text.substr(at, delimiter.size()) == delimiter) {
      at += delimiter.size();
      // Up to two quotes may stand before the three that close it.
      for (int more = 0; many_lines && more < 2 && text.substr(at, 1) == std::string(1, quote);
           ++more) {
        ++at;
      }
      return at;
    }
  }
  return text.size();
}

}  // namespace

std::optional<StrayCharacter> FindStrayCharacter(std::string_view text) {
  std::size_t at =
      text.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
  while (at < text.size()) {
    if (text[at] == '#') {
      at = EndOfLine(text, at);
    } else if (text[at] == '"' || text[at] == '\'') {
      at = EndOfString(text, at);
    } else if (IsAscii(text[at])) {
      ++at;
    } else {
      std::optional<StrayCharacter> stray = FirstCharacter(text.substr(at));
      if (stray) {
        const std::string_view before = text.substr(0, at);
        stray->line += static_cast<int>(std::count(before.begin(), before.end(), '\n'));
      }
      return stray;
    }
  }
  return std::nullopt;
}

}  // namespace brainalign
