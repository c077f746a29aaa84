// brainalign cancel: stop a job.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "client/cli/job_display.h"
#include "client/cli/job_reference.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct CancelFlags {
  JobReference job;
  ServerFlags server;
  bool json = false;
};

int Cancel(const Console& console, const CancelFlags& flags) {
  if (!IsJobNamed(console, flags.job)) return kExitWrongInput;
  return WithJob(console, flags.server, flags.job, [&](Client& client, const std::string& job_id) {
    const absl::StatusOr<Job> job = CancelJob(client.connection(), job_id);
    if (!job.ok()) return console.FailCall(job.status());
    if (flags.json) {
      console.out.Write(JobToJson(*job));
    } else {
      console.Tell(StateLine(*job));
    }
    return static_cast<int>(kExitDone);
  });
}

}  // namespace

Verb AddCancel(CLI::App& root) {
  auto flags = std::make_shared<CancelFlags>();
  CLI::App* app = root.add_subcommand("cancel", "Stop a job; no error if it has ended already");
  app->footer("Example:\n  brainalign cancel JOB");
  AddJobReference(*app, flags->job);
  AddServerFlags(*app, flags->server);
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) { return Cancel(console, *flags); }};
}

}  // namespace brainalign
