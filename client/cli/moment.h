#ifndef BRAINALIGN_CLIENT_CLI_MOMENT_H_
#define BRAINALIGN_CLIENT_CLI_MOMENT_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace brainalign {

// The time that a user means: a duration before `now` ("90m", "2h30m"), a time with its offset from
// UTC ("2027-01-31T12:00:00Z"), or a date with or without a time of day in `zone` ("2027-01-31",
// "2027-01-31 12:00:00"). Nothing for other text.
std::optional<absl::Time> ParseMoment(const std::string& text, absl::Time now, absl::TimeZone zone);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_MOMENT_H_
