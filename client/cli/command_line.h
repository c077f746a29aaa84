#ifndef BRAINALIGN_CLIENT_CLI_COMMAND_LINE_H_
#define BRAINALIGN_CLIENT_CLI_COMMAND_LINE_H_

#include <cstdio>
#include <stop_token>
#include <string>
#include <vector>

namespace brainalign {

// Runs the program. `arguments` are those after its name; results go to `out`,
// progress and errors to `err`. Returns the exit code (client/cli/exit_code.h).
int RunCommandLine(const std::vector<std::string>& arguments, std::FILE* out, std::FILE* err,
                   const std::stop_token& stop);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_COMMAND_LINE_H_
