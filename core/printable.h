#ifndef BRAINALIGN_CORE_PRINTABLE_H_
#define BRAINALIGN_CORE_PRINTABLE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace brainalign {

// The text on one line, with whatever could move the cursor, recolour the screen, forge a line or
// turn the direction of writing shown as an escape such as \x1b, \n or \u202e. For every text that
// others chose (names, ids, messages of the other side) before it is put on a screen or in a log.
std::string Printable(absl::string_view text);

// The same with line ends kept, for sentences that are one a line.
std::string PrintableLines(absl::string_view text);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PRINTABLE_H_
