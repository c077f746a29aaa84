#ifndef BRAINALIGN_CLIENT_CLI_EXIT_CODE_H_
#define BRAINALIGN_CLIENT_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace brainalign {

// The exit codes of the program.
enum ExitCode : int {
  kExitDone = 0,
  kExitJobFailed = 1,          // or was cancelled
  kExitWrongInput = 2,         // usage, files, options, or refused by the server's checks
  kExitServerOutOfReach = 3,   // not reached, or it refused to serve
  kExitInterrupted = 128 + 2,  // SIGINT, as shells put it
};

// The exit code for the status of a call to the server.
ExitCode ExitCodeOfCall(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_EXIT_CODE_H_
