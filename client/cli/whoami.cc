// brainalign whoami: the caller's name, project and role on the server.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct WhoamiFlags {
  ServerFlags server;
  bool json = false;
};

// By what the server knows the caller. It asks for a certificate only where there is no token.
std::string ModeOf(const ConnectionOptions& options, const CallerIdentity& caller) {
  if (caller.role.empty()) return "";
  if (caller.person.empty()) return "open";
  return options.token.empty() ? "certificate" : "token";
}

std::string DescribeMode(const std::string& mode) {
  if (mode == "open") return "open: the server needs no token";
  return mode.empty() ? "unknown: the server does not report it" : mode;
}

std::string DescribeCaller(const Client& client, const ConnectionOptions& options) {
  const CallerIdentity& caller = client.server_info().caller;
  const auto line = [](const std::string& name, const std::string& value) {
    return absl::StrFormat("%-9s%s\n", name, value);
  };
  std::string text = absl::StrCat(line("server", Printable(client.address())),
                                  line("mode", DescribeMode(ModeOf(options, caller))));
  if (caller.role.empty()) return text;
  const std::int64_t expire = caller.expire_time_unix_seconds;
  absl::StrAppend(
      &text, line("person", caller.person.empty() ? "anybody" : Printable(caller.person)),
      line("role", Printable(caller.role)), line("project", Printable(caller.project)),
      line("sees", caller.all_projects ? "the jobs of all projects" : "the jobs of this project"),
      line("until", expire == 0 ? "no end is set" : LocalTime(static_cast<double>(expire))));
  return text;
}

int Whoami(const Console& console, const WhoamiFlags& flags) {
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const ConnectionOptions& options = client->connection().options();
  const CallerIdentity& caller = client->server_info().caller;
  console.out.Write(flags.json ? CallerToJson(caller, client->address(), ModeOf(options, caller))
                               : DescribeCaller(*client, options));
  return kExitDone;
}

}  // namespace

Verb AddWhoami(CLI::App& root) {
  auto flags = std::make_shared<WhoamiFlags>();
  CLI::App* app = root.add_subcommand(
      "whoami",
      "Show which server the command uses, your name and role there, and what you may do");
  app->footer("Example:\n  brainalign whoami --server lab.example:7733");
  AddServerFlags(*app, flags->server);
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) { return Whoami(console, *flags); }};
}

}  // namespace brainalign
