// brainalign info: what a server is and allows, or what a job computes.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/caller_text.h"
#include "client/cli/job_reference.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"
#include "client/report/job_lines.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct InfoFlags {
  ServerFlags server;
  JobReference job;
  bool json = false;
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
      line("cache of recordings", absl::StrCat(FormatBytes(info.brain_cache_held_bytes), " of ",
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
      count("  layers x times x folds", info.max_result_values),
      count("  watches at once", info.max_watches),
      count("  uploads at once", info.max_upload_streams),
      line("  idle upload kept for", FormatDuration(static_cast<double>(info.upload_idle_seconds))),
      line("  bytes of a resource", FormatBytes(info.max_resource_bytes)),
      count("  columns of a word table", info.max_word_columns),
      count("  resources of a project", info.max_resources_of_project),
      count("  folds", info.max_folds), count("  alphas", info.max_alphas),
      count("  bounds of windows", info.max_window_bounds),
      count("  columns of nuisance", info.max_nuisance_columns),
      count("  open uploads", info.max_open_uploads), count("  queue", info.max_queue_length),
      count("  jobs of a project", info.max_jobs_of_project),
      count("  downloads at once", info.max_downloads),
      line("  share of a person", absl::StrCat(info.person_share)),
      line("  share of a project", absl::StrCat(info.project_share)),
      count("  calls on a connection", info.max_streams_per_connection));
}

int InfoOfJob(const Console& console, Client& client, const std::string& job_id, bool as_json) {
  const absl::StatusOr<Job> job = GetJob(client.connection(), job_id);
  if (!job.ok()) return console.FailCall(job.status());
  const absl::StatusOr<std::string> specification =
      GetJobSpecificationJson(client.connection(), job_id);
  if (!specification.ok()) return console.FailCall(specification.status());
  const std::string json = JobToJson(*job, *specification);
  console.out.Write(as_json ? json : LinesOfJson(json));
  return kExitDone;
}

int Info(const Console& console, const InfoFlags& flags) {
  if (flags.job.last || !flags.job.id.empty()) {
    if (!IsJobNamed(console, flags.job)) return kExitWrongInput;
    return WithJob(console, flags.server, flags.job,
                   [&](Client& client, const std::string& job_id) {
                     return InfoOfJob(console, client, job_id, flags.json);
                   });
  }
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const ServerInfo& info = client->server_info();
  const std::string& address = client->address();
  console.out.Write(flags.json ? ServerInfoToJson(info, address) : Describe(info, address));
  return kExitDone;
}

}  // namespace

Verb AddInfo(CLI::App& root) {
  auto flags = std::make_shared<InfoFlags>();
  CLI::App* app =
      root.add_subcommand("info",
                          "Show the server's version, load and limits; with JOB or --last, all "
                          "inputs and options that the job's result depends on");
  app->footer("Example:\n  brainalign info --server lab:7733\n  brainalign info $job --json");
  AddJobReference(*app, flags->job);
  AddServerFlags(*app, flags->server);
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) { return Info(console, *flags); }};
}

}  // namespace brainalign
