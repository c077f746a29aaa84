#include "client/cli/moment.h"

namespace brainalign {

std::optional<absl::Time> ParseMoment(const std::string& text, absl::Time now,
                                      absl::TimeZone zone) {
  absl::Duration before;
  if (absl::ParseDuration(text, &before)) {
    const bool is_past = before >= absl::ZeroDuration() && before < absl::InfiniteDuration();
    return is_past ? std::optional(now - before) : std::nullopt;
  }
  absl::Time time;
  std::string error;
  for (const char* const format : {absl::RFC3339_full, "%Y-%m-%d%ET%H:%M:%S", "%Y-%m-%d %H:%M:%S",
                                   "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    // absl also parses "infinite-past".
    const bool is_read = absl::ParseTime(format, text, zone, &time, &error);
    if (is_read && time > absl::InfinitePast() && time < absl::InfiniteFuture()) return time;
  }
  return std::nullopt;
}

}  // namespace brainalign
