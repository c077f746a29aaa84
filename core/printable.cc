#include "core/printable.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace brainalign {
namespace {

// One character of UTF-8, or one byte that begins none.
struct Character {
  std::uint32_t code = 0;
  std::size_t bytes = 1;
  bool is_valid = false;
};

Character CharacterAt(absl::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const std::uint32_t first = byte(at);
  if (first < 0x80) return {first, 1, true};
  const std::size_t bytes = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return {first, 1, false};
  std::uint32_t code = first & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80) return {first, 1, false};
    code = code << 6U | (byte(at + i) & 0x3FU);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kLeast[bytes] || code > 0x10FFFF || is_surrogate) return {first, 1, false};
  return {code, bytes, true};
}

// What terminals obey, and what turns or hides the text around it.
bool IsControl(std::uint32_t code) {
  const auto within = [code](std::uint32_t least, std::uint32_t most) {
    return code >= least && code <= most;
  };
  return code < 0x20 || within(0x7F, 0x9F) || code == 0x061C || within(0x200B, 0x200F) ||
         within(0x2028, 0x202E) || within(0x2060, 0x206F) || code == 0xFEFF;
}

void AppendEscape(const Character& character, std::string& text) {
  switch (character.code) {
    case '\n':
      text += "\\n";
      break;
    case '\r':
      text += "\\r";
      break;
    case '\t':
      text += "\\t";
      break;
    default:
      if (character.code < 0x80 || !character.is_valid) {
        absl::StrAppendFormat(&text, "\\x%02x", character.code);
      } else {
        absl::StrAppendFormat(&text, "\\u%04x", character.code);
      }
  }
}

std::string Escape(absl::string_view text, bool keep_line_ends) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    const bool is_kept = character.code == '\n' && keep_line_ends;
    if (is_kept || (character.is_valid && !IsControl(character.code))) {
      absl::StrAppend(&shown, text.substr(at, character.bytes));
    } else {
      AppendEscape(character, shown);
    }
    at += character.bytes;
  }
  return shown;
}

}  // namespace

std::string Printable(absl::string_view text) { return Escape(text, false); }

std::string PrintableLines(absl::string_view text) { return Escape(text, true); }

}  // namespace brainalign
