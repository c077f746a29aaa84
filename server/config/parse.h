#ifndef BRAINALIGN_SERVER_CONFIG_PARSE_H_
#define BRAINALIGN_SERVER_CONFIG_PARSE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "server/config/options.h"

namespace brainalign {

// What a command line asks for: to serve with `options`, or, where there are none,
// to print `text` and be done (--help, --version).
struct CommandLine {
  std::optional<ServerOptions> options;
  std::string text;
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
