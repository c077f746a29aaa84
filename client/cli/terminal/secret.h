#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_SECRET_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_SECRET_H_

#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/terminal/terminal.h"

namespace brainalign {

// One line from `input`, a file descriptor, without its end. From a terminal it is read
// without showing it, after `prompt` on `err`; from a pipe or file silently. CANCELLED on a
// stop, FAILED_PRECONDITION if the terminal cannot hide it, the system's error otherwise.
absl::StatusOr<std::string> ReadSecret(int input, const Terminal& err, const std::string& prompt,
                                       const std::stop_token& stop);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_SECRET_H_
