// The verbs of the command line. Each Add... declares a sub-command and returns the function to run
// if the user chose it.
#ifndef BRAINALIGN_CLIENT_CLI_VERB_H_
#define BRAINALIGN_CLIENT_CLI_VERB_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/console.h"
#include "client/client.h"
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
Verb AddFilter(CLI::App& root);
Verb AddCeiling(CLI::App& root);
Verb AddImport(CLI::App& root);
Verb AddUpload(CLI::App& root);
Verb AddSubmit(CLI::App& root);
Verb AddWatch(CLI::App& root);
Verb AddReport(CLI::App& root);
Verb AddResult(CLI::App& root);
Verb AddCompare(CLI::App& root);
Verb AddSubjects(CLI::App& root);
Verb AddList(CLI::App& root);
Verb AddCancel(CLI::App& root);
Verb AddDelete(CLI::App& root);
Verb AddInfo(CLI::App& root);
Verb AddLogin(CLI::App& root);
Verb AddLogout(CLI::App& root);
Verb AddWhoami(CLI::App& root);
Verb AddRecording(CLI::App& root);
Verb AddWordTable(CLI::App& root);
Verb AddModel(CLI::App& root);
Verb AddAdmin(CLI::App& root);

// The flags for the server and the credentials.
void AddServerFlags(CLI::App& app, ServerFlags& flags);

// The flag --json.
void AddJsonFlag(CLI::App& app, bool& json);

// --recording, --model: one that the server keeps, in the place of the folder's.
CLI::Option* AddRecordingFlag(CLI::App& app, std::string& recording);
CLI::Option* AddModelFlag(CLI::App& app, std::string& model);

// --word-table: the one that a recording or a model belongs to.
void AddWordTableFlag(CLI::App& app, std::string& word_table);

// Connects to the server that `given` names. Ctrl-C stops its calls. `tell` reports delays before
// retries; if it is null, the console does.
absl::StatusOr<Client> Connect(const ServerFlags& given, const Console& console,
                               const std::function<void(const std::string&)>& tell = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_VERB_H_
