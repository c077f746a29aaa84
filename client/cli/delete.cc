// brainalign delete: forget jobs that have ended.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"

namespace brainalign {
namespace {

struct DeleteFlags {
  std::vector<std::string> job_ids;
  ServerFlags server;
};

// The server takes a job that is not there for one that was deleted; a person has mistyped it.
absl::Status DeleteOne(Connection& connection, const std::string& job_id) {
  const absl::StatusOr<Job> job = GetJob(connection, job_id);
  return job.ok() ? DeleteJob(connection, job_id) : job.status();
}

int Delete(const Console& console, const DeleteFlags& flags) {
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  int code = kExitDone;
  for (const std::string& job_id : flags.job_ids) {
    const absl::Status deleted = DeleteOne(client->connection(), job_id);
    if (deleted.ok()) {
      console.Tell(absl::StrCat("job ", Printable(job_id), ": deleted"));
      continue;
    }
    code = console.FailCall(deleted);
    if (code == kExitInterrupted || code == kExitServerOutOfReach) break;
  }
  return code;
}

}  // namespace

Verb AddDelete(CLI::App& root) {
  auto flags = std::make_shared<DeleteFlags>();
  CLI::App* app = root.add_subcommand(
      "delete", "Forget jobs that have ended; a result goes with the last job that has it");
  app->footer("Example:\n  brainalign delete JOB JOB");
  app->add_option("JOB", flags->job_ids, "Ids of the jobs")->required();
  AddServerFlags(*app, flags->server);
  return Verb{.app = app, .run = [flags](Console& console) { return Delete(console, *flags); }};
}

}  // namespace brainalign
