// brainalign login: keep how to come into a server.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/caller_text.h"
#include "client/cli/terminal/secret.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/connection/address.h"
#include "client/connection/token.h"
#include "client/report/json_values.h"

namespace brainalign {
namespace {

struct LoginFlags {
  ServerFlags server;
  bool no_token = false;
  bool list = false;
  bool json = false;
  std::string name;
};

// The entry of a server has one name, and a name has one server: the last that took it.
void NameServer(const Console& console, const std::string& address, const std::string& name,
                Credentials& kept) {
  for (auto& [other, server] : kept.servers) {
    if (other == address || server.name != name) continue;
    console.Tell(absl::StrCat("note: ", name, " was ", Printable(other), " before"));
    server.name.clear();
  }
  kept.servers[address].name = name;
}

// Found again from any folder.
std::string Absolute(const std::string& file) {
  if (file.empty() || file == "system") return file;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error);
  return error ? file : path.lexically_normal().string();
}

absl::StatusOr<std::string> AskForToken(const Console& console, const LoginFlags& flags,
                                        const std::string& address) {
  if (flags.no_token) return std::string();
  if (!flags.server.token_file.empty()) return ReadTokenFile(flags.server.token_file);
  const absl::StatusOr<std::string> line =
      ReadSecret(STDIN_FILENO, console.err, absl::StrCat("token for ", Printable(address), ": "),
                 console.stop);
  if (!line.ok()) return line.status();
  return ParseToken(*line, "Standard input");
}

std::string KeptServersText(const Credentials& kept) {
  std::string text;
  for (const auto& [address, server] : kept.servers) {
    absl::StrAppend(&text, address == kept.default_address ? "* " : "  ", Printable(address),
                    server.name.empty() ? "" : absl::StrCat("  ", Printable(server.name)),
                    !server.tls.ca.empty() ? "  TLS" : "", server.token.empty() ? "" : "  token",
                    "\n");
  }
  return text.empty() ? "no server is stored; brainalign login --server HOST:PORT stores one\n"
                      : text;
}

std::string KeptServersJson(const Credentials& kept) {
  using Json = nlohmann::ordered_json;
  Json servers = Json::array();
  for (const auto& [address, server] : kept.servers) {
    servers.push_back({{"address", address},
                       {"name", server.name},
                       {"default", address == kept.default_address},
                       {"tls", !server.tls.ca.empty()},
                       {"token", !server.token.empty()}});
  }
  const Json json = {{"servers", std::move(servers)}};
  return Written(json);
}

// What login keeps, without the tokens.
int ListKept(const Console& console, const LoginFlags& flags) {
  const absl::StatusOr<Credentials> kept = ReadCredentials(CredentialsPath(ProcessEnvironment()));
  if (!kept.ok()) return console.FailCall(kept.status());
  console.out.Write(flags.json ? KeptServersJson(*kept) : KeptServersText(*kept));
  return kExitDone;
}

int Login(const Console& console, const LoginFlags& flags) {
  if (flags.list) return ListKept(console, flags);
  const Environment environment = ProcessEnvironment();
  const std::string path = CredentialsPath(environment);
  if (path.empty()) {
    return console.Fail(kExitWrongInput,
                        absl::FailedPreconditionError(
                            "There is no folder to store a token in: set HOME or XDG_CONFIG_HOME, "
                            "or give BRAINALIGN_TOKEN_FILE to each command instead."));
  }
  if (!flags.name.empty() && !IsServerName(flags.name)) {
    return console.Fail(kExitWrongInput, absl::InvalidArgumentError(absl::StrCat(
                                             "--name is '", Printable(flags.name),
                                             "'; give 1 to 64 letters, digits and any of ._-")));
  }
  absl::StatusOr<Credentials> kept = ReadCredentials(path);
  if (!kept.ok()) return console.FailCall(kept.status());
  ConnectionOptions options = ChooseServer(flags.server, environment, *kept);
  const absl::Status wrong = CheckAddress(options.address);
  if (!wrong.ok()) return console.FailCall(wrong);
  absl::StatusOr<std::string> token = AskForToken(console, flags, options.address);
  if (!token.ok()) return console.FailCall(token.status());
  options.token = *std::move(token);
  TlsOptions& tls = options.tls;
  for (std::string* file : {&tls.ca, &tls.certificate, &tls.key}) *file = Absolute(*file);

  // Uses exactly the new settings. Of the earlier ones only the name stays.
  options.stop = console.stop;
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(options);
  if (!connection.ok()) return console.FailCall(connection.status());
  kept->servers[options.address] = KeptServer{.tls = tls,
                                              .token = options.token,
                                              .token_without_tls = options.token_without_tls,
                                              .name = kept->servers[options.address].name};
  if (!flags.name.empty()) NameServer(console, options.address, flags.name, *kept);
  kept->default_address = options.address;
  const absl::Status written = WriteCredentials(path, *kept);
  if (!written.ok()) return console.Fail(kExitWrongInput, written);
  console.Tell(absl::StrCat("logged in to ", Printable(options.address), ", kept in ", path));
  // Of whom it lets in by a token it knows the person.
  if (!options.token.empty() && (*connection)->server_info().caller.person.empty()) {
    console.Tell("note: this server asks for no tokens: yours is stored, but was not checked");
  }
  if (const std::string who = CallerText((*connection)->server_info().caller); !who.empty()) {
    console.Tell(absl::StrCat("you are ", who));
  }
  for (const char* variable : {"BRAINALIGN_SERVER", "BRAINALIGN_TOKEN", "BRAINALIGN_TOKEN_FILE"}) {
    if (environment(variable).empty()) continue;
    console.Tell(
        absl::StrCat("note: ", variable, " is set and takes precedence over the stored token"));
  }
  return kExitDone;
}

}  // namespace

Verb AddLogin(CLI::App& root) {
  auto flags = std::make_shared<LoginFlags>();
  CLI::App* app = root.add_subcommand(
      "login",
      "Store a server's address, its TLS options and your token in a file that only you can read; "
      "the token is read from the terminal or standard input");
  app->footer(
      "Example:\n"
      "  brainalign login --server lab.example:7733 --tls-ca system\n"
      "  brainalign login --server lab.example:7733 --tls-ca lab.pem < token.txt\n"
      "  brainalign login --server lab2.example:7733 --tls-ca system --name lab2\n"
      "  brainalign login --list");
  AddServerFlags(*app, flags->server);
  app->add_option("--name", flags->name, "Name for this server, which --server then accepts")
      ->type_name("NAME");
  app->add_flag("--no-token", flags->no_token,
                "Store only address and TLS options, for a server that needs no token or "
                "identifies you by your certificate")
      ->excludes("--token-file");
  CLI::Option* list = app->add_flag("--list", flags->list,
                                    "Show the stored servers: address, name, TLS, and whether a "
                                    "token is stored; * marks the default");
  list->excludes("--server")->excludes("--name")->excludes("--no-token")->excludes("--token-file");
  app->add_flag("--json", flags->json, "With --list: as JSON")->needs(list);
  return Verb{.app = app, .run = [flags](Console& console) { return Login(console, *flags); }};
}

}  // namespace brainalign
