// brainalign logout: forget how to come into a server.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

int Logout(const Console& console, const ServerFlags& flags) {
  const Environment environment = ProcessEnvironment();
  const std::string path = CredentialsPath(environment);
  absl::StatusOr<Credentials> kept = ReadCredentials(path);
  if (!kept.ok()) return console.FailCall(kept.status());
  const std::string address = ChooseServer(flags, environment, *kept).address;
  if (kept->servers.erase(address) == 0) {
    console.Tell(absl::StrCat("nothing is stored for ", Printable(address)));
    return kExitDone;
  }
  if (kept->default_address == address) kept->default_address.clear();
  const absl::Status written = WriteCredentials(path, *kept);
  if (!written.ok()) return console.Fail(kExitWrongInput, written);
  console.Tell(
      absl::StrCat("forgot ", Printable(address),
                   "; its token is valid until the administrator of the server revokes it"));
  return kExitDone;
}

}  // namespace

Verb AddLogout(CLI::App& root) {
  auto flags = std::make_shared<ServerFlags>();
  CLI::App* app =
      root.add_subcommand("logout", "Remove the settings that login stored for a server");
  app->footer("Example:\n  brainalign logout --server lab.example:7733");
  app->add_option("--server", flags->address,
                  "Address or name of the server (default: $BRAINALIGN_SERVER, else the server of "
                  "the last login)")
      ->type_name("HOST:PORT");
  return Verb{.app = app, .run = [flags](Console& console) { return Logout(console, *flags); }};
}

}  // namespace brainalign
