// brainalign result: a finished job's result.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/job_display.h"
#include "client/cli/job_reference.h"
#include "client/cli/result_output.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"

namespace brainalign {
namespace {

struct ResultFlags {
  JobReference job;
  ServerFlags server;
  std::string out;
  PictureFlags pictures;
};

int Result(const Console& console, const ResultFlags& flags) {
  if (!IsJobNamed(console, flags.job)) return kExitWrongInput;
  if (!CanWriteOut(console, flags.out) || !CanWritePictures(console, flags.pictures, flags.out)) {
    return kExitWrongInput;
  }
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::StatusOr<std::string> job_id = JobFinder(console, *client).Find(flags.job);
  if (!job_id.ok()) return console.FailCall(job_id.status());
  const absl::StatusOr<Job> job = GetJob(client->connection(), *job_id);
  if (!job.ok()) return console.FailCall(job.status());
  if (!HasEnded(job->state)) {
    return console.Fail(kExitWrongInput,
                        absl::FailedPreconditionError(absl::StrCat(
                            StateLine(*job), ": there is no result yet; brainalign watch ", *job_id,
                            " waits for it.")));
  }
  return OutputEndedJob(console, *client, *job, flags.out, flags.pictures);
}

}  // namespace

Verb AddResult(CLI::App& root) {
  auto flags = std::make_shared<ResultFlags>();
  CLI::App* app = root.add_subcommand("result", "Show or write a finished job's result");
  app->footer("Example:\n  brainalign result JOB --out result.json\n  brainalign result --last");
  AddJobReference(*app, flags->job);
  AddServerFlags(*app, flags->server);
  AddOutFlag(*app, flags->out);
  AddPictureFlags(*app, "--report", flags->pictures);
  return Verb{.app = app, .run = [flags](Console& console) { return Result(console, *flags); }};
}

}  // namespace brainalign
