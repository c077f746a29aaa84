#include "client/cli/caller_text.h"

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"

namespace brainalign {

std::string CallerText(const CallerIdentity& caller) {
  if (caller.role.empty()) return "";
  std::string text = absl::StrCat(caller.person.empty() ? "anybody" : Printable(caller.person),
                                  ", ", caller.role, " of project ", Printable(caller.project));
  if (caller.all_projects) absl::StrAppend(&text, " and all others");
  if (caller.expire_time_unix_seconds != 0) {
    absl::StrAppend(&text, ", until ",
                    LocalTime(static_cast<double>(caller.expire_time_unix_seconds)));
  }
  return text;
}

}  // namespace brainalign
