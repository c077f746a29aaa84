#ifndef BRAINALIGN_SERVER_CONFIG_PARSE_H_
#define BRAINALIGN_SERVER_CONFIG_PARSE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "server/config/access_tasks.h"
#include "server/config/options.h"

namespace brainalign {

enum class Task {
  kPrint,    // `text`, and be done (--help, --version)
  kServe,    // with `options`
  kBackup,   // of the data folder in `options` to `backup_folder`
  kRestore,  // the other way round
  kHealth,   // of the server that has the data folder
  kAccess,   // `access`
};

// The request of a command line.
struct CommandLine {
  Task task = Task::kServe;
  ServerOptions options;
  std::string text;
  std::string backup_folder;
  AccessCommand access;
};

// Flags win over the config file (--config, TOML; a key is a flag's name with _ for
// -), which wins over the defaults. INVALID_ARGUMENT, with every problem on a line
// of its own, for unknown flags and keys and for values that make no sense.
absl::StatusOr<CommandLine> ParseCommandLine(int argc, const char* const* argv);

// "HOST:PORT", or "[HOST]:PORT" for IPv6.
absl::Status ParseListen(const std::string& text, ServerOptions& options);

// "8GiB", "512 MiB", "1000000": bytes, with B, KiB, MiB, GiB or TiB.
absl::StatusOr<std::int64_t> ParseBytes(const std::string& text);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_PARSE_H_
