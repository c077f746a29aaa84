#include "client/cli/caller_text.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/terminal/text.h"

namespace brainalign {

std::string CallerText(const CallerIdentity& caller) {
  if (caller.role.empty()) return "";
  std::string text = absl::StrCat(caller.person.empty() ? "anybody" : Printable(caller.person),
                                  ", ", caller.role, " of project ", Printable(caller.project));
  if (caller.all_projects) absl::StrAppend(&text, " and all others");
  if (caller.expire_time_unix_seconds != 0) {
    absl::StrAppend(&text, ", until ",
                    absl::FormatTime("%Y-%m-%d %H:%M:%S",
                                     absl::FromUnixSeconds(caller.expire_time_unix_seconds),
                                     absl::LocalTimeZone()));
  }
  return text;
}

}  // namespace brainalign
