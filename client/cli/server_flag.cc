// Which server a verb talks to.
#include <CLI/CLI.hpp>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"

namespace brainalign {

void AddServerFlag(CLI::App& app, std::string& address) {
  app.add_option("--server", address,
                 "HOST:PORT of the server (default: $BRAINALIGN_SERVER, else 127.0.0.1:7733)")
      ->type_name("HOST:PORT");
}

std::string ServerAddress(const std::string& given) {
  if (!given.empty()) return given;
  const char* from_environment = std::getenv("BRAINALIGN_SERVER");
  if (from_environment != nullptr && *from_environment != '\0') return from_environment;
  return ConnectionOptions().address;
}

absl::StatusOr<std::unique_ptr<Connection>> Connect(const std::string& given_address,
                                                    const Console& console) {
  ConnectionOptions options;
  options.address = ServerAddress(given_address);
  options.stop = console.stop;
  options.on_retry = [&console](const absl::Status& reason, double seconds) {
    console.Tell(absl::StrFormat("the server does not answer, trying again in %.1f s (%s)", seconds,
                                 Printable(std::string(reason.message()))));
  };
  return Connection::Open(options);
}

}  // namespace brainalign
