#ifndef BRAINALIGN_CLIENT_CLI_COMPLETION_H_
#define BRAINALIGN_CLIENT_CLI_COMPLETION_H_

#include <string>

namespace CLI {
class App;
}

namespace brainalign {

enum class Shell { kBash, kZsh };

// A completion script for a shell: verbs, flags, and the values of flags with a fixed set.
// Everything else is completed as a file name. Names come from the declared verbs and flags.
std::string CompletionScript(const CLI::App& app, Shell shell);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_COMPLETION_H_
