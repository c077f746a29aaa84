// brainalign list: the server's jobs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/job_display.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct ListFlags {
  ServerFlags server;
  std::vector<std::string> states;
  int limit = 50;
  bool json = false;
};

std::vector<JobState> ToStates(const std::vector<std::string>& names) {
  std::vector<JobState> states;
  for (const JobState state : {JobState::kQueued, JobState::kRunning, JobState::kSucceeded,
                               JobState::kFailed, JobState::kCancelled}) {
    if (std::find(names.begin(), names.end(), Name(state)) != names.end()) states.push_back(state);
  }
  return states;
}

// PROJECT/PERSON.
std::string OwnerOf(const Job& job) {
  return Printable(job.person.empty() ? job.project : absl::StrCat(job.project, "/", job.person));
}

std::string Line(const Job& job, bool with_owner) {
  const std::string progress =
      job.tiles_total > 0 ? absl::StrCat(job.tiles_done, "/", job.tiles_total) : "-";
  std::string line =
      absl::StrFormat("%-36s  %-9s  %9s  %s  %s", Printable(job.job_id), Name(job.state), progress,
                      LocalTime(job.create_time_unix_seconds), Printable(job.name));
  if (job.reason != JobReason::kNone) {
    absl::StrAppend(&line, job.name.empty() ? "" : "  ", "(", Name(job.reason), ")");
  }
  if (const std::string expected = ExpectationText(job); !expected.empty()) {
    absl::StrAppend(&line, "  (", expected, ")");
  }
  if (with_owner) absl::StrAppend(&line, "  ", OwnerOf(job));
  return line;
}

int List(const Console& console, const ListFlags& flags) {
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::StatusOr<std::vector<Job>> jobs =
      ListJobs(client->connection(), ToStates(flags.states), flags.limit);
  if (!jobs.ok()) return console.FailCall(jobs.status());
  if (flags.json) {
    console.out.Write(JobsToJson(*jobs));
    return kExitDone;
  }
  if (jobs->empty()) {
    console.Tell("no jobs");
    return kExitDone;
  }
  if (!console.quiet) {
    console.out.Write(absl::StrFormat("%-36s  %-9s  %9s  %-19s  %s\n", "JOB", "STATE", "TILES",
                                      "CREATED", "NAME"));
  }
  const bool of_several = std::any_of(jobs->begin(), jobs->end(), [&](const Job& job) {
    return OwnerOf(job) != OwnerOf(jobs->front());
  });
  for (const Job& job : *jobs) console.out.Write(absl::StrCat(Line(job, of_several), "\n"));
  return kExitDone;
}

}  // namespace

Verb AddList(CLI::App& root) {
  auto flags = std::make_shared<ListFlags>();
  CLI::App* app = root.add_subcommand("list", "List the server's jobs, newest first");
  app->footer("Example:\n  brainalign list --state queued,running");
  AddServerFlags(*app, flags->server);
  app->add_option("--state", flags->states, "Only jobs in these states")
      ->delimiter(',')
      ->check(CLI::IsMember({"queued", "running", "succeeded", "failed", "cancelled"}));
  app->add_option("--limit", flags->limit, "At most so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) { return List(console, *flags); }};
}

}  // namespace brainalign
