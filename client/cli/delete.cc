// brainalign delete: forget jobs that have ended.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/job_reference.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct DeleteFlags {
  std::vector<std::string> jobs;
  bool last = false;
  ServerFlags server;
  bool json = false;
};

// The id of the job that was deleted. The server takes a job that is not there for one that was
// deleted; a person has mistyped it.
absl::StatusOr<std::string> DeleteOne(Connection& connection,
                                      const absl::StatusOr<std::string>& job_id) {
  if (!job_id.ok()) return job_id;
  const absl::StatusOr<Job> job = GetJob(connection, *job_id);
  if (!job.ok()) return job.status();
  const absl::Status deleted = DeleteJob(connection, *job_id);
  return deleted.ok() ? job_id : deleted;
}

int Delete(const Console& console, const DeleteFlags& flags) {
  const std::string first = flags.jobs.empty() ? "" : flags.jobs.front();
  if (!IsJobNamed(console, {.id = first, .last = flags.last})) return kExitWrongInput;
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  JobFinder finder(console, *client);
  std::vector<JobReference> references;
  if (flags.last) references.push_back({.last = true});
  for (const std::string& job : flags.jobs) references.push_back({.id = job});
  std::vector<std::string> deleted_ids;
  int code = kExitDone;
  for (const JobReference& reference : references) {
    const absl::StatusOr<std::string> deleted =
        DeleteOne(client->connection(), finder.Find(reference));
    if (deleted.ok()) {
      if (!flags.json) console.Tell(absl::StrCat("job ", Printable(*deleted), ": deleted"));
      deleted_ids.push_back(*deleted);
      continue;
    }
    code = console.FailCall(deleted.status());
    if (code == kExitInterrupted || code == kExitServerOutOfReach) break;
  }
  if (flags.json) console.out.Write(DeletedJobsToJson(deleted_ids));
  return code;
}

}  // namespace

Verb AddDelete(CLI::App& root) {
  auto flags = std::make_shared<DeleteFlags>();
  CLI::App* app = root.add_subcommand(
      "delete",
      "Delete jobs that have ended; a result is deleted with the last job that shares it");
  app->footer("Example:\n  brainalign delete JOB JOB");
  app->add_option("JOB", flags->jobs, "Ids of the jobs, or their first characters; or --last");
  AddLastFlag(*app, flags->last);
  AddServerFlags(*app, flags->server);
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) { return Delete(console, *flags); }};
}

}  // namespace brainalign
