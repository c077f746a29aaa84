// Which server a verb talks to.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/connection/refusal.h"
#include "client/naming/typed_names.h"

namespace brainalign {

void AddServerFlags(CLI::App& app, ServerFlags& flags) {
  const auto add = [&app](const char* flag, std::string& value, const char* help,
                          const char* type) {
    app.add_option(flag, value, help)->type_name(type)->group("Server");
  };
  add("--server", flags.address,
      "Address of the server, or the name that login --name gave it (default: $BRAINALIGN_SERVER, "
      "else the server of the last login, else 127.0.0.1:7733)",
      "HOST:PORT");
  app.get_option("--server")->check([](const std::string& address) {
    return address.empty() ? std::string("is empty; leave it out for the default") : std::string();
  });
  add("--token-file", flags.token_file,
      "File with a token (default: $BRAINALIGN_TOKEN, else the file $BRAINALIGN_TOKEN_FILE, else "
      "the token of the login)",
      "FILE");
  app.add_flag(
         "--token-without-tls", flags.token_without_tls,
         "Send the token to another machine without TLS; everyone on the network path can read it")
      ->group("Server");
  add("--tls-ca", flags.tls.ca,
      "CA certificates to check the server's certificate against: a PEM file, or \"system\"; turns "
      "TLS on ($BRAINALIGN_TLS_CA)",
      "FILE");
  add("--tls-certificate", flags.tls.certificate,
      "Your certificate (PEM), if the server requires one ($BRAINALIGN_TLS_CERTIFICATE)", "FILE");
  add("--tls-key", flags.tls.key, "Private key of your certificate (PEM) ($BRAINALIGN_TLS_KEY)",
      "FILE");
  add("--tls-server-name", flags.tls.server_name,
      "Name in the server's certificate, if it differs from the address "
      "($BRAINALIGN_TLS_SERVER_NAME)",
      "NAME");
}

void AddJsonFlag(CLI::App& app, bool& json) {
  app.add_flag("--json", json, "Write JSON instead of text");
}

absl::StatusOr<Client> Connect(const ServerFlags& given, const Console& console,
                               const std::function<void(const std::string&)>& tell) {
  const auto told_of_wait = std::make_shared<bool>(false);
  const auto on_retry = [&console, tell, told_of_wait](const absl::Status& reason, double seconds) {
    const bool answered = !CallIdOf(reason).empty();
    if (!tell && !*told_of_wait) {
      *told_of_wait = TellOfLongWait(console, std::string(reason.message()), seconds);
    }
    const std::string line =
        absl::StrFormat("%s, trying again in %.1f s (%s)",
                        answered ? "the server asks to wait" : "the server does not answer",
                        seconds, Printable(AsTyped(std::string(reason.message()))));
    tell ? tell(line) : console.Tell(line);
  };
  return Client::Connect({.server = given, .on_retry = on_retry, .stop = console.stop});
}

}  // namespace brainalign
