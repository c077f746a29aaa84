// brainalign watch: follow a job to its end and show its result.
#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/job_display.h"
#include "client/cli/result_output.h"
#include "client/cli/shown_job.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/ticker.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

int Watch(const Console& console, const ShownJobFlags& flags, Client& client,
          const std::string& job_id) {
  JobDisplay display(console, SystemClock(), {}, {});
  std::optional<Ticker> ticker([&display] { display.Tick(); });
  const absl::StatusOr<Job> job = client.Watch(job_id, display.Callbacks());
  ticker.reset();
  display.Finish();
  if (!job.ok()) {
    if (console.stop.stop_requested()) {
      console.err.Write(
          absl::StrCat("Stopped watching: job ", Printable(job_id), " continues at the server.\n"));
      return kExitInterrupted;
    }
    return console.FailCall(job.status());
  }
  return OutputEndedJob(console, client, *job, flags.out, flags.pictures);
}

}  // namespace

Verb AddWatch(CLI::App& root) {
  auto flags = std::make_shared<ShownJobFlags>();
  CLI::App* app = root.add_subcommand("watch", "Follow a job to its end and show its result");
  app->footer("Example:\n  brainalign watch JOB --out result.json\n  brainalign watch --last");
  AddShownJobFlags(*app, *flags);
  return Verb{.app = app, .run = [flags](Console& console) {
                return WithShownJob(console, *flags,
                                    [&](Client& client, const std::string& job_id) {
                                      return Watch(console, *flags, client, job_id);
                                    });
              }};
}

}  // namespace brainalign
