#ifndef BRAINALIGN_CLIENT_CLI_COMMAND_TREE_H_
#define BRAINALIGN_CLIENT_CLI_COMMAND_TREE_H_

#include <string>
#include <vector>

#include "client/cli/verb.h"

namespace brainalign {

// The flags of every verb.
struct SharedFlags {
  std::string color = "auto";
  bool quiet = false;
};

// Declares all verbs with their flags on the program's `app`, which was named already.
std::vector<Verb> DeclareVerbs(CLI::App& app, SharedFlags& flags);

// The first sentences of the program's help.
extern const char kProgramDescription[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_COMMAND_TREE_H_
