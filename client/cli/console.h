#ifndef BRAINALIGN_CLIENT_CLI_CONSOLE_H_
#define BRAINALIGN_CLIENT_CLI_CONSOLE_H_

#include <cstdio>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/exit_code.h"
#include "client/cli/terminal/terminal.h"
#include "client/naming/typed_names.h"

namespace brainalign {

// Where a command reads its interruption from and writes to: results to `out`,
// progress and errors to `err`.
struct Console {
  std::stop_token stop;  // Ctrl-C
  Terminal out;
  Terminal err;
  bool quiet = false;          // errors only
  ExperimentNames names = {};  // of the experiment at hand, for messages

  // Something on the way that is worth a line; silent when quiet.
  void Tell(const std::string& line) const;

  // The same for sentences about the input.
  void TellNotes(const std::vector<std::string>& notes) const;

  // Prints the error, and the name of its call in the server's log; returns `code`.
  int Fail(ExitCode code, const absl::Status& status) const;

  // Reports that the user stopped work on this machine; returns the exit code.
  int Stopped() const;

  // Fail for the answer of a call.
  int FailCall(const absl::Status& status) const { return Fail(ExitCodeOfCall(status), status); }
};

// Shows a line with the present activity while this object lives. Only on a terminal, and not with
// --quiet.
class PassingLine {
 public:
  PassingLine(const Console& console, const std::string& text);
  ~PassingLine();
  PassingLine(const PassingLine&) = delete;
  PassingLine& operator=(const PassingLine&) = delete;

 private:
  RedrawnBlock block_;
  const bool is_shown_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_CONSOLE_H_
