#ifndef BRAINALIGN_TESTS_CLIENT_CLI_COMMAND_RUN_H_
#define BRAINALIGN_TESTS_CLIENT_CLI_COMMAND_RUN_H_

#include <string>
#include <vector>

namespace brainalign {

// What the command wrote and returned.
struct Outcome {
  int code;
  std::string out;
  std::string err;
};

// Runs the command in this process, as a user does who has never logged in.
Outcome RunProgram(const std::vector<std::string>& arguments);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_CLI_COMMAND_RUN_H_
