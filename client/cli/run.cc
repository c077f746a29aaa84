// brainalign run: an experiment's alignment, at a server or in this process.
#include <CLI/CLI.hpp>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/job_display.h"
#include "client/cli/local_alignment.h"
#include "client/cli/result_output.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/upload_bar.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/session/align_remotely.h"

namespace brainalign {
namespace {

struct RunFlags {
  std::string directory;
  std::string server;
  bool local = false;
  int threads = 0;
  AlignmentFlags alignment;
  std::string out;
  std::string name;
  bool skip_cache = false;
};

std::vector<std::string> LayerNames(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const LayerInput& layer : experiment.inputs.layers) names.push_back(layer.name);
  return names;
}

// What there is to say when the user stops a run whose job lives on elsewhere.
void TellHowToGoOn(const Console& console, const std::string& job_id, const std::string& server) {
  const std::string at = server.empty() ? "" : absl::StrCat(" --server ", server);
  console.err.Write(absl::StrCat("Stopped watching: job ", job_id, " goes on at the server.\n",
                                 "  watch it:  brainalign watch ", job_id, at, "\n",
                                 "  cancel it: brainalign cancel ", job_id, at, "\n"));
}

int RunLocally(const Console& console, const RunFlags& flags, const Experiment& experiment) {
  JobDisplay display(console, SystemClock(), LayerNames(experiment),
                     experiment.inputs.brain.times_seconds);
  const unsigned int cores = std::thread::hardware_concurrency();
  const int threads = flags.threads > 0 ? flags.threads : static_cast<int>(cores > 0 ? cores : 1);
  absl::StatusOr<JobResult> result =
      AlignLocally(experiment.inputs, ToOptions(flags.alignment), threads, console.stop, display);
  display.Finish();
  if (!result.ok()) {
    if (absl::IsCancelled(result.status())) {
      console.err.Write("Stopped.\n");
      return kExitInterrupted;
    }
    return console.Fail(absl::IsInvalidArgument(result.status()) ? kExitWrongInput : kExitJobFailed,
                        result.status());
  }
  return OutputResult(console, *result, flags.out, experiment.truth_seconds);
}

int RunRemotely(const Console& console, const RunFlags& flags, const Experiment& experiment) {
  const absl::Status wrong = CheckAlignment(experiment.inputs, ToOptions(flags.alignment));
  if (!wrong.ok()) return console.Fail(kExitWrongInput, wrong);
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connect(flags.server, console);
  if (!connection.ok()) return console.FailCall(connection.status());

  UploadBar bar(console.err, SystemClock());
  JobDisplay display(console, SystemClock(), LayerNames(experiment),
                     experiment.inputs.brain.times_seconds);
  std::string job_id;
  RemoteAlignmentCallbacks callbacks;
  if (!console.quiet) {
    callbacks.on_upload = [&bar](const UploadProgress& progress) { bar.Show(progress); };
    callbacks.on_uploaded = [&bar] { bar.Finish(); };
  }
  callbacks.on_created = [&](const Job& job) {
    job_id = Printable(job.job_id);
    console.Tell(absl::StrCat("job ", job_id, " at ", (*connection)->options().address));
  };
  callbacks.watch = display.Callbacks();
  absl::StatusOr<RemoteAlignment> done =
      AlignRemotely(**connection, experiment,
                    RemoteAlignmentOptions{.alignment = ToOptions(flags.alignment),
                                           .name = flags.name,
                                           .skip_cache = flags.skip_cache},
                    callbacks);
  display.Finish();
  if (!done.ok()) {
    if (console.stop.stop_requested()) {
      if (job_id.empty()) {
        console.err.Write("Stopped. What has arrived is kept: the same command goes on from it.\n");
      } else {
        TellHowToGoOn(console, job_id, flags.server);
      }
      return kExitInterrupted;
    }
    const int code = console.FailCall(done.status());
    if (!job_id.empty()) TellHowToGoOn(console, job_id, flags.server);
    return code;
  }
  if (!done->result.has_value()) {
    console.err.Write(absl::StrCat("brainalign: ", StateLine(done->job), "\n"));
    return kExitJobFailed;
  }
  return OutputResult(console, *done->result, flags.out, experiment.truth_seconds);
}

int Run(const Console& console, const RunFlags& flags) {
  if (!CanWriteOut(console, flags.out)) return kExitWrongInput;
  absl::StatusOr<Experiment> experiment = LoadExperiment(flags.directory);
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  return flags.local ? RunLocally(console, flags, *experiment)
                     : RunRemotely(console, flags, *experiment);
}

}  // namespace

Verb AddRun(CLI::App& root) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* app = root.add_subcommand("run", "Align an experiment and show the result");
  app->footer(
      "Example:\n"
      "  brainalign run experiment --preset strict --pca 50 --out result.json\n"
      "  brainalign run experiment --local --threads 2 --out result.json");
  app->add_option("DIR", flags->directory, "Folder of the experiment")->required();
  AddServerFlag(*app, flags->server);
  CLI::Option* local = app->add_flag("--local", flags->local, "Compute here, without a server");
  local->excludes("--server");
  app->add_option("--threads", flags->threads, "Threads of --local (default: all cores)")
      ->check(CLI::Range(1, 4096))
      ->needs(local);
  AddAlignmentFlags(*app, flags->alignment);
  AddOutFlag(*app, flags->out);
  app->add_option("--name", flags->name, "Name of the job, for people");
  app->add_flag("--skip-cache", flags->skip_cache, "Compute even if an identical job has finished");
  return Verb{.app = app, .run = [flags](Console& console) { return Run(console, *flags); }};
}

}  // namespace brainalign
