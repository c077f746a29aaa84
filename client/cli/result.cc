// brainalign result: a finished job's result.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/job_display.h"
#include "client/cli/result_output.h"
#include "client/cli/shown_job.h"
#include "client/cli/verb.h"
#include "client/jobs/job_calls.h"

namespace brainalign {
namespace {

int Result(const Console& console, const ShownJobFlags& flags, Client& client,
           const std::string& job_id) {
  const absl::StatusOr<Job> job = GetJob(client.connection(), job_id);
  if (!job.ok()) return console.FailCall(job.status());
  if (!HasEnded(job->state)) {
    return console.Fail(kExitWrongInput,
                        absl::FailedPreconditionError(absl::StrCat(
                            StateLine(*job), ": there is no result yet; brainalign watch ", job_id,
                            " waits for it.")));
  }
  return OutputEndedJob(console, client, *job, flags.out, flags.pictures);
}

}  // namespace

Verb AddResult(CLI::App& root) {
  auto flags = std::make_shared<ShownJobFlags>();
  CLI::App* app = root.add_subcommand("result", "Show or write a finished job's result");
  app->footer("Example:\n  brainalign result JOB --out result.json\n  brainalign result --last");
  AddShownJobFlags(*app, *flags);
  return Verb{.app = app, .run = [flags](Console& console) {
                return WithShownJob(console, *flags,
                                    [&](Client& client, const std::string& job_id) {
                                      return Result(console, *flags, client, job_id);
                                    });
              }};
}

}  // namespace brainalign
