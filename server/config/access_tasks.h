#ifndef BRAINALIGN_SERVER_CONFIG_ACCESS_TASKS_H_
#define BRAINALIGN_SERVER_CONFIG_ACCESS_TASKS_H_

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "server/access/access_file.h"

namespace CLI {
class App;
}

namespace brainalign {

// The tasks for the access file of a data folder.
enum class AccessTask { kAddToken, kListTokens, kRevokeToken, kSetProject, kListProjects };

struct AccessCommand {
  AccessTask task = AccessTask::kListTokens;
  std::string data_folder;
  AccessEntry entry;                     // kAddToken; without id, token and times
  std::optional<absl::Duration> expire;  // kAddToken; nothing: never
  std::string id;                        // kRevokeToken
  std::string project;                   // kSetProject
  ProjectSettings settings;              // kSetProject: the new values
  bool is_new_project = false;           // kSetProject: the project has no token yet
  bool json = false;                     // kListTokens
};

// `brainalignd token add|list|revoke` and `brainalignd project set|list`, as subcommands
// of the program's command line.
class AccessTasks {
 public:
  explicit AccessTasks(CLI::App& app);

  // The requested task; nothing if there is none. INVALID_ARGUMENT for invalid values, each on its
  // own line.
  absl::StatusOr<std::optional<AccessCommand>> Read() const;
  // The help of the innermost one that was asked for.
  std::string Help() const;

 private:
  absl::Status ReadEntry(AccessCommand& command) const;
  absl::Status ReadSettings(AccessCommand& command) const;

  CLI::App* token_;
  CLI::App* project_;
  std::map<AccessTask, CLI::App*> tasks_;
  std::map<std::string, std::string> texts_;  // by option
  bool all_projects_ = false;
  bool new_project_ = false;
  bool json_ = false;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_ACCESS_TASKS_H_
