#ifndef BRAINALIGN_SERVER_CONFIG_RELOAD_H_
#define BRAINALIGN_SERVER_CONFIG_RELOAD_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/config/options.h"

namespace brainalign {

// Reads the options of a running server again, and applies those that can change while it runs.
// Used by one thread at a time.
class Reload {
 public:
  // Command line and config file, read anew.
  using Read = std::function<absl::StatusOr<ServerOptions>()>;
  // Applies the options that are is_live in the table of options.
  using Apply = std::function<void(const ServerOptions&)>;
  // Without `read` there is nothing to read again: options never change.
  Reload(const ServerOptions& present, Read read, Apply apply);

  struct Outcome {
    std::vector<std::string> changed;       // options, by name
    std::vector<std::string> need_restart;  // changed, too, but still as they were
  };
  // INVALID_ARGUMENT, and nothing changes, for options with which the server would not start.
  absl::StatusOr<Outcome> Run();

 private:
  const Read read_;
  const Apply apply_;
  const ServerOptions at_start_;
  ServerOptions live_;  // the options that were applied last
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CONFIG_RELOAD_H_
