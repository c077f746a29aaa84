// brainalign info: what a server is and allows.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/caller_text.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

struct InfoFlags {
  ServerFlags server;
};

std::string Describe(const ServerInfo& info, const std::string& address) {
  const auto line = [](const std::string& name, const std::string& value) {
    return absl::StrFormat("%-26s%s\n", name, value);
  };
  const auto count = [&line](const std::string& name, std::int64_t value) {
    return line(name, absl::StrCat(value));
  };
  const std::string who = CallerText(info.caller);
  return absl::StrCat(
      line("server", address), who.empty() ? "" : line("you are", who),
      line("version", Printable(info.version)), line("numerics", Printable(info.numerics_version)),
      count("threads", info.threads),
      line("memory for jobs", FormatBytes(info.memory_budget_bytes)),
      line("kept of recordings", absl::StrCat(FormatBytes(info.brain_cache_held_bytes), " of ",
                                              FormatBytes(info.brain_cache_bytes))),
      line("disk free", FormatBytes(info.disk_free_bytes)),
      line("up since", LocalTime(static_cast<double>(info.start_time_unix_seconds))),
      line("disk",
           info.read_only_reason.empty() ? "takes writes" : Printable(info.read_only_reason)),
      count("found damaged", info.damaged), count("jobs queued", info.jobs_queued),
      count("jobs running", info.jobs_running), "limits\n",
      line("  chunk", FormatBytes(info.max_chunk_bytes)),
      line("  tensor", FormatBytes(info.max_tensor_bytes)),
      count("  digests in a call", info.max_digests_per_call), count("  page", info.max_page_size),
      line("  job's name", FormatBytes(info.max_name_bytes)), count("  layers", info.max_layers),
      count("  words", info.max_words), count("  time samples", info.max_times),
      count("  watches at once", info.max_watches),
      count("  uploads at once", info.max_upload_streams),
      line("  idle upload kept for",
           FormatDuration(static_cast<double>(info.upload_idle_seconds))));
}

int Info(const Console& console, const InfoFlags& flags) {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connect(flags.server, console);
  if (!connection.ok()) return console.FailCall(connection.status());
  console.out.Write(Describe((*connection)->server_info(), (*connection)->options().address));
  return kExitDone;
}

}  // namespace

Verb AddInfo(CLI::App& root) {
  auto flags = std::make_shared<InfoFlags>();
  CLI::App* app = root.add_subcommand("info", "Show a server's version, load and limits");
  app->footer("Example:\n  brainalign info --server lab:7733");
  AddServerFlags(*app, flags->server);
  return Verb{.app = app, .run = [flags](Console& console) { return Info(console, *flags); }};
}

}  // namespace brainalign
