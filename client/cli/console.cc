#include "client/cli/console.h"

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"
#include "client/connection/call_id.h"

namespace brainalign {

void Console::Tell(const std::string& line) const {
  if (!quiet) err.Write(absl::StrCat(line, "\n"));
}

void Console::TellNotes(const std::vector<std::string>& notes) const {
  for (const std::string& note : notes) Tell(absl::StrCat("note: ", Printable(note)));
}

int Console::Fail(ExitCode code, const absl::Status& status) const {
  // Whoever pressed Ctrl-C knows why it ended.
  if (code != kExitInterrupted) {
    err.Write(absl::StrCat("brainalign: ", std::string(status.message()), "\n"));
    const std::string call_id = CallIdOf(status);
    if (!call_id.empty()) {
      err.Write(absl::StrCat("request ", Printable(call_id), ", for who runs the server\n"));
    }
  }
  return code;
}

}  // namespace brainalign
