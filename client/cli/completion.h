#ifndef BRAINALIGN_CLIENT_CLI_COMPLETION_H_
#define BRAINALIGN_CLIENT_CLI_COMPLETION_H_

#include <string>

namespace CLI {
class App;
}

namespace brainalign {

enum class Shell { kBash, kZsh };

// A script by which a shell completes verbs, flags, and those values of flags that are a choice of
// words. Everything else is completed as a file. Names come from the declared verbs and flags.
std::string CompletionScript(const CLI::App& app, Shell shell);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_COMPLETION_H_
