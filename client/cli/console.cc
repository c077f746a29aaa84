#include "client/cli/console.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"
#include "client/connection/refusal.h"
#include "client/wire/transport_failure.h"
#include "core/printable.h"

namespace brainalign {

void Console::Tell(const std::string& line) const {
  if (!quiet) err.Write(absl::StrCat(line, "\n"));
}

void Console::TellNotes(const std::vector<std::string>& notes) const {
  for (const std::string& note : notes) {
    Tell(absl::StrCat("note: ", Printable(AsTyped(note, names))));
  }
}

int Console::Stopped() const {
  err.Write("Stopped.\n");
  return kExitInterrupted;
}

int Console::Fail(ExitCode code, const absl::Status& status) const {
  // A user who pressed Ctrl-C needs no message.
  if (code == kExitInterrupted) return code;
  const bool is_out_of_reach = TransportFailureOf(status) != TransportFailure::kNone;
  err.Write(absl::StrCat("brainalign: ", is_out_of_reach ? "the server is out of reach: " : "",
                         PrintableLines(AsTyped(std::string(status.message()), names)), "\n"));
  const Refusal refusal = RefusalOf(status).value_or(Refusal());
  if (refusal.retry_delay_seconds) {
    err.Write(absl::StrCat("the server asks to retry in ",
                           FormatDuration(*refusal.retry_delay_seconds), "\n"));
  }
  if (const std::string call_id = CallIdOf(status); !call_id.empty()) {
    err.Write(absl::StrCat("request ", Printable(call_id),
                           refusal.reason.empty() ? "" : ", reason ", Printable(refusal.reason),
                           ", for the administrator of the server\n"));
  }
  return code;
}

PassingLine::PassingLine(const Console& console, const std::string& text)
    : block_(console.err), is_shown_(console.err.can_redraw && !console.quiet) {
  if (is_shown_) block_.Draw({CutTo(text, console.err.Width() - 1)});
}

PassingLine::~PassingLine() {
  if (is_shown_) block_.Erase();
}

}  // namespace brainalign
