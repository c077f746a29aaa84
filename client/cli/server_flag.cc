// Which server a verb talks to.
#include <CLI/CLI.hpp>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"

namespace brainalign {

void AddServerFlags(CLI::App& app, ServerFlags& flags) {
  app.add_option("--server", flags.address,
                 "HOST:PORT of the server (default: $BRAINALIGN_SERVER, else 127.0.0.1:7733)")
      ->type_name("HOST:PORT");
  const auto add = [&app](const char* flag, std::string& value, const char* help,
                          const char* variable, const char* type) {
    app.add_option(flag, value, help)->envname(variable)->type_name(type);
  };
  add("--tls-ca", flags.tls.ca,
      "Authorities of the server's certificate, a file in PEM or \"system\"; turns TLS on",
      "BRAINALIGN_TLS_CA", "FILE");
  add("--tls-certificate", flags.tls.certificate,
      "Your certificate, PEM, for a server that asks for one", "BRAINALIGN_TLS_CERTIFICATE",
      "FILE");
  add("--tls-key", flags.tls.key, "The key of your certificate, PEM", "BRAINALIGN_TLS_KEY", "FILE");
  add("--tls-server-name", flags.tls.server_name,
      "The name in the server's certificate, if not that of the address",
      "BRAINALIGN_TLS_SERVER_NAME", "NAME");
}

std::string ServerAddress(const ServerFlags& given) {
  if (!given.address.empty()) return given.address;
  const char* from_environment = std::getenv("BRAINALIGN_SERVER");
  if (from_environment != nullptr && *from_environment != '\0') return from_environment;
  return ConnectionOptions().address;
}

absl::StatusOr<std::unique_ptr<Connection>> Connect(const ServerFlags& given,
                                                    const Console& console) {
  ConnectionOptions options;
  options.address = ServerAddress(given);
  options.tls = given.tls;
  options.stop = console.stop;
  options.on_retry = [&console](const absl::Status& reason, double seconds) {
    console.Tell(absl::StrFormat("the server does not answer, trying again in %.1f s (%s)", seconds,
                                 Printable(std::string(reason.message()))));
  };
  return Connection::Open(options);
}

}  // namespace brainalign
