// brainalign submit: upload and create a job, and leave it to the server.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/job_display.h"
#include "client/cli/local_alignment.h"
#include "client/cli/priority_flag.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/upload_bar.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/session/align_remotely.h"

namespace brainalign {
namespace {

struct SubmitFlags {
  std::string directory;
  ServerFlags server;
  AlignmentFlags alignment;
  std::string recording;
  std::string name;
  bool skip_cache = false;
  JobPriority priority = JobPriority::kNormal;
};

int Submit(const Console& console, const SubmitFlags& flags) {
  const bool is_sealed = !flags.recording.empty();
  absl::StatusOr<Experiment> experiment =
      is_sealed ? LoadModel(flags.directory) : LoadExperiment(flags.directory);
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  if (!is_sealed) {
    const int wrong = CheckAlignment(console, experiment->inputs, ToOptions(flags.alignment));
    if (wrong != kExitDone) return wrong;
  }
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connect(flags.server, console);
  if (!connection.ok()) return console.FailCall(connection.status());

  UploadBar bar(console.err, SystemClock());
  RemoteAlignmentCallbacks callbacks;
  if (!console.quiet) {
    callbacks.on_upload = [&bar](const UploadProgress& progress) { bar.Show(progress); };
    callbacks.on_uploaded = [&bar] { bar.Finish(); };
  }
  absl::StatusOr<Job> job =
      SubmitRemotely(**connection, *experiment,
                     RemoteAlignmentOptions{.recording = flags.recording,
                                            .alignment = ToOptions(flags.alignment),
                                            .name = flags.name,
                                            .skip_cache = flags.skip_cache,
                                            .priority = flags.priority},
                     callbacks);
  if (!job.ok()) {
    if (console.stop.stop_requested()) {
      console.err.Write("Stopped. What has arrived is kept: the same command goes on from it.\n");
      return kExitInterrupted;
    }
    return console.FailCall(job.status());
  }
  console.Tell(StateLine(*job));
  // The id alone, also when quiet: it is what a script takes on.
  console.out.Write(absl::StrCat(Printable(job->job_id), "\n"));
  return kExitDone;
}

}  // namespace

Verb AddSubmit(CLI::App& root) {
  auto flags = std::make_shared<SubmitFlags>();
  CLI::App* app = root.add_subcommand(
      "submit", "Upload an experiment and create a job; prints the job's id and does not wait");
  app->footer(
      "Example:\n"
      "  job=$(brainalign submit experiment --preset paper --pca 50)\n"
      "  brainalign watch $job");
  app->add_option("DIR", flags->directory, "Folder of the experiment")->required();
  AddServerFlags(*app, flags->server);
  AddAlignmentFlags(*app, flags->alignment);
  AddRecordingFlag(*app, flags->recording);
  app->add_option("--name", flags->name, "Name of the job, for people");
  app->add_flag("--skip-cache", flags->skip_cache, "Compute even if an identical job has finished");
  AddPriorityFlag(*app, flags->priority);
  return Verb{.app = app, .run = [flags](Console& console) { return Submit(console, *flags); }};
}

}  // namespace brainalign
