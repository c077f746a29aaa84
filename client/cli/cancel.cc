// brainalign cancel: stop a job.
#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/job_display.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"

namespace brainalign {
namespace {

struct CancelFlags {
  std::string job_id;
  ServerFlags server;
};

int Cancel(const Console& console, const CancelFlags& flags) {
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::StatusOr<Job> job = CancelJob(client->connection(), flags.job_id);
  if (!job.ok()) return console.FailCall(job.status());
  console.Tell(StateLine(*job));
  return kExitDone;
}

}  // namespace

Verb AddCancel(CLI::App& root) {
  auto flags = std::make_shared<CancelFlags>();
  CLI::App* app = root.add_subcommand("cancel", "Stop a job; no error if it has ended already");
  app->footer("Example:\n  brainalign cancel JOB");
  app->add_option("JOB", flags->job_id, "Id of the job")->required();
  AddServerFlags(*app, flags->server);
  return Verb{.app = app, .run = [flags](Console& console) { return Cancel(console, *flags); }};
}

}  // namespace brainalign
