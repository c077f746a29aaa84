// Text in columns, where a character may take several bytes.
#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_TEXT_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_TEXT_H_

#include <cstdint>
#include <string>

#include "core/printable.h"

namespace brainalign {

// Columns that UTF-8 `text` takes: none for a combining character, two for a wide one.
int ColumnsOf(const std::string& text);

// Exactly `columns` wide: cut, or filled up with spaces behind.
std::string Fit(const std::string& text, int columns);

// At most `columns` wide.
std::string CutTo(const std::string& text, int columns);

// Such as "1.5 GiB".
std::string FormatBytes(std::int64_t bytes);

// Such as "2027-01-31 12:00:00", by the clock of this machine's time zone.
std::string LocalTime(double unix_seconds);

// Such as "8 s", "2 min 05 s", "1 h 12 min".
std::string FormatDuration(double seconds);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_TEXT_H_
