// brainalign watch: follow a job to its end and show its result.
#include "client/jobs/watch.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/job_display.h"
#include "client/cli/result_output.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

struct WatchFlags {
  std::string job_id;
  ServerFlags server;
  std::string out;
};

int Watch(const Console& console, const WatchFlags& flags) {
  if (!CanWriteOut(console, flags.out)) return kExitWrongInput;
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connect(flags.server, console);
  if (!connection.ok()) return console.FailCall(connection.status());
  JobDisplay display(console, SystemClock(), {}, {});
  const absl::StatusOr<Job> job =
      WatchJob(**connection, flags.job_id, /*after_sequence=*/0, display.Callbacks());
  display.Finish();
  if (!job.ok()) {
    if (console.stop.stop_requested()) {
      console.err.Write(
          absl::StrCat("Stopped watching: job ", flags.job_id, " goes on at the server.\n"));
      return kExitInterrupted;
    }
    return console.FailCall(job.status());
  }
  return OutputEndedJob(console, **connection, *job, flags.out);
}

}  // namespace

Verb AddWatch(CLI::App& root) {
  auto flags = std::make_shared<WatchFlags>();
  CLI::App* app = root.add_subcommand("watch", "Follow a job to its end and show its result");
  app->footer("Example:\n  brainalign watch JOB --out result.json");
  app->add_option("JOB", flags->job_id, "Id of the job")->required();
  AddServerFlags(*app, flags->server);
  AddOutFlag(*app, flags->out);
  return Verb{.app = app, .run = [flags](Console& console) { return Watch(console, *flags); }};
}

}  // namespace brainalign
