// The verbs of the command line. Each Add... declares a sub-command and returns
// what to run if it was the one asked for.
#ifndef BRAINALIGN_CLIENT_CLI_VERB_H_
#define BRAINALIGN_CLIENT_CLI_VERB_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "client/connection/connection.h"
#include "client/credentials/server_choice.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace brainalign {

struct Verb {
  CLI::App* app;
  // Returns the exit code. To be called once the command line is parsed.
  std::function<int(Console&)> run;
};

Verb AddRun(CLI::App& root);
Verb AddSimulate(CLI::App& root);
Verb AddUpload(CLI::App& root);
Verb AddSubmit(CLI::App& root);
Verb AddWatch(CLI::App& root);
Verb AddResult(CLI::App& root);
Verb AddList(CLI::App& root);
Verb AddCancel(CLI::App& root);
Verb AddInfo(CLI::App& root);
Verb AddLogin(CLI::App& root);
Verb AddLogout(CLI::App& root);
Verb AddRecording(CLI::App& root);
Verb AddAdmin(CLI::App& root);

// The flags that say which server, and how to come in.
void AddServerFlags(CLI::App& app, ServerFlags& flags);

// --recording: a sealed one in the place of the folder's.
CLI::Option* AddRecordingFlag(CLI::App& app, std::string& recording);

// What kept credentials, the environment and the flags make of it (client/credentials/).
absl::StatusOr<ConnectionOptions> OptionsOf(const ServerFlags& given);

// Opens a connection that Ctrl-C stops.
absl::StatusOr<std::unique_ptr<Connection>> Open(ConnectionOptions options, const Console& console);
absl::StatusOr<std::unique_ptr<Connection>> Connect(const ServerFlags& given,
                                                    const Console& console);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_VERB_H_
