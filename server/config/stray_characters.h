#ifndef BRAINALIGN_SERVER_CONFIG_STRAY_CHARACTERS_H_
#define BRAINALIGN_SERVER_CONFIG_STRAY_CHARACTERS_H_

#include <optional>
#include <string>
#include <string_view>

namespace brainalign {

// A character beyond ASCII where TOML has none, such as a typographic quote around a string
// or a space that was copied from a web page.
struct StrayCharacter {
  int line = 1;  // the first is 1
  std::string bytes;
  char32_t code_point = 0;
};

// The first one in `text`, a TOML document: outside strings, of every kind, and comments. None,
// too, where bytes are met there that are no UTF-8: the parser refuses these.
std::optional<StrayCharacter> FindStrayCharacter(std::string_view text);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_STRAY_CHARACTERS_H_
