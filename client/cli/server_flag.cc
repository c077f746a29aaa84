// Which server a verb talks to.
#include <CLI/CLI.hpp>
#include <utility>

#include "absl/strings/str_format.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"

namespace brainalign {

void AddServerFlags(CLI::App& app, ServerFlags& flags) {
  const auto add = [&app](const char* flag, std::string& value, const char* help,
                          const char* type) {
    app.add_option(flag, value, help)->type_name(type)->group("Server");
  };
  add("--server", flags.address,
      "Which server (default: $BRAINALIGN_SERVER, else that of the last login, else "
      "127.0.0.1:7733)",
      "HOST:PORT");
  add("--token-file", flags.token_file,
      "File with a token (default: $BRAINALIGN_TOKEN, else the file $BRAINALIGN_TOKEN_FILE, else "
      "that of login)",
      "FILE");
  app.add_flag("--token-without-tls", flags.token_without_tls,
               "Send a token beyond this machine readable by everyone on the way")
      ->group("Server");
  add("--tls-ca", flags.tls.ca,
      "Authorities of the server's certificate, a file in PEM or \"system\"; turns TLS on "
      "($BRAINALIGN_TLS_CA)",
      "FILE");
  add("--tls-certificate", flags.tls.certificate,
      "Your certificate, PEM, for a server that asks for one ($BRAINALIGN_TLS_CERTIFICATE)",
      "FILE");
  add("--tls-key", flags.tls.key, "The key of your certificate, PEM ($BRAINALIGN_TLS_KEY)", "FILE");
  add("--tls-server-name", flags.tls.server_name,
      "The name in the server's certificate, if not that of the address "
      "($BRAINALIGN_TLS_SERVER_NAME)",
      "NAME");
}

absl::StatusOr<ConnectionOptions> OptionsOf(const ServerFlags& given) {
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<Credentials> kept = ReadCredentials(CredentialsPath(environment));
  if (!kept.ok()) return kept.status();
  absl::StatusOr<std::string> token = FindGivenToken(given, environment);
  if (!token.ok()) return token.status();
  ConnectionOptions options = ChooseServer(given, environment, *kept);
  if (!token->empty()) options.token = *std::move(token);
  return options;
}

absl::StatusOr<std::unique_ptr<Connection>> Open(ConnectionOptions options,
                                                 const Console& console) {
  options.stop = console.stop;
  options.on_retry = [&console](const absl::Status& reason, double seconds) {
    console.Tell(absl::StrFormat("the server does not answer, trying again in %.1f s (%s)", seconds,
                                 Printable(std::string(reason.message()))));
  };
  return Connection::Open(options);
}

absl::StatusOr<std::unique_ptr<Connection>> Connect(const ServerFlags& given,
                                                    const Console& console) {
  absl::StatusOr<ConnectionOptions> options = OptionsOf(given);
  if (!options.ok()) return options.status();
  return Open(*std::move(options), console);
}

}  // namespace brainalign
