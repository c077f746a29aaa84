#ifndef BRAINALIGN_CORE_PRINTABLE_H_
#define BRAINALIGN_CORE_PRINTABLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace brainalign {

// The text on one line. Characters that could move the cursor, change colours, begin a new line or
// change the direction of writing become escapes such as \x1b, \n or \u202e. Use it for every text
// from outside (names, ids, messages of the peer) before it is shown or logged.
std::string Printable(absl::string_view text);

// The same, but line ends stay, for texts with one sentence per line.
std::string PrintableLines(absl::string_view text);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PRINTABLE_H_
