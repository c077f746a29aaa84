// brainalign watch: follow a job to its end and show its result.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>

#include "absl/strings/str_cat.h"
#include "client/cli/job_display.h"
#include "client/cli/job_reference.h"
#include "client/cli/result_output.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/ticker.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

struct WatchFlags {
  JobReference job;
  ServerFlags server;
  std::string out;
  PictureFlags pictures;
};

int Watch(const Console& console, const WatchFlags& flags) {
  if (!IsJobNamed(console, flags.job)) return kExitWrongInput;
  if (!CanWriteOut(console, flags.out) || !CanWritePictures(console, flags.pictures, flags.out)) {
    return kExitWrongInput;
  }
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::StatusOr<std::string> job_id = JobFinder(console, *client).Find(flags.job);
  if (!job_id.ok()) return console.FailCall(job_id.status());
  JobDisplay display(console, SystemClock(), {}, {});
  std::optional<Ticker> ticker([&display] { display.Tick(); });
  const absl::StatusOr<Job> job = client->Watch(*job_id, display.Callbacks());
  ticker.reset();
  display.Finish();
  if (!job.ok()) {
    if (console.stop.stop_requested()) {
      console.err.Write(
          absl::StrCat("Stopped watching: job ", Printable(*job_id), " goes on at the server.\n"));
      return kExitInterrupted;
    }
    return console.FailCall(job.status());
  }
  return OutputEndedJob(console, *client, *job, flags.out, flags.pictures);
}

}  // namespace

Verb AddWatch(CLI::App& root) {
  auto flags = std::make_shared<WatchFlags>();
  CLI::App* app = root.add_subcommand("watch", "Follow a job to its end and show its result");
  app->footer("Example:\n  brainalign watch JOB --out result.json\n  brainalign watch --last");
  AddJobReference(*app, flags->job);
  AddServerFlags(*app, flags->server);
  AddOutFlag(*app, flags->out);
  AddPictureFlags(*app, "--report", flags->pictures);
  return Verb{.app = app, .run = [flags](Console& console) { return Watch(console, *flags); }};
}

}  // namespace brainalign
