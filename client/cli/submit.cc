// brainalign submit: upload and create a job, and leave it to the server.
#include <CLI/CLI.hpp>
#include <memory>

#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/filter_flags.h"
#include "client/cli/job_display.h"
#include "client/cli/local_alignment.h"
#include "client/cli/priority_flag.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/report/listing_json.h"

namespace brainalign {
namespace {

struct SubmitFlags : ExperimentSource {
  ServerFlags server;
  AlignmentFlags alignment;
  FilterFlags filter;
  std::string name;
  bool skip_cache = false;
  bool json = false;
  JobPriority priority = JobPriority::kNormal;
};

int Submit(Console& console, const SubmitFlags& flags) {
  Experiment experiment;
  if (const int wrong = LoadToAlign(console, flags, flags.alignment, flags.filter, experiment);
      wrong != kExitDone) {
    return wrong;
  }
  if (!flags.is_kept()) {
    const int wrong =
        CheckAlignment(console, experiment.inputs, OptionsFor(flags.alignment, experiment));
    if (wrong != kExitDone) return wrong;
  }
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  const absl::Status read =
      ReadNuisanceKept(console, client->connection(), flags, flags.alignment, experiment);
  if (!read.ok()) return FailSubmission(console, read);
  const absl::StatusOr<Job> job =
      SubmitExperiment(console, *client, experiment,
                       {.alignment = OptionsFor(flags.alignment, experiment),
                        .name = flags.name,
                        .skip_cache = flags.skip_cache,
                        .priority = flags.priority,
                        .recording = flags.recording,
                        .model = flags.model});
  if (!job.ok()) return FailSubmission(console, job.status());
  if (flags.json) {
    console.out.Write(JobToJson(*job));
    return kExitDone;
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
      "submit", "Upload an experiment, create a job and print its id, without waiting for its end");
  app->footer(
      "Example:\n"
      "  job=$(brainalign submit experiment --preset paper --pca 50)\n"
      "  brainalign watch $job");
  app->add_option("DIR", flags->directory,
                  "Folder of the experiment; not needed with both --recording and --model");
  AddLayerOrderFlag(*app, flags->layer_order);
  AddServerFlags(*app, flags->server);
  AddAlignmentFlags(*app, flags->alignment);
  AddFilterFlags(*app, flags->filter);
  AddRecordingFlag(*app, flags->recording)->excludes("--band-pass")->excludes("--resample");
  AddModelFlag(*app, flags->model);
  app->add_option("--name,--display-name", flags->name, "Name of the job, for people");
  app->add_flag("--skip-cache", flags->skip_cache, "Compute even if an identical job has finished");
  AddPriorityFlag(*app, flags->priority);
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app, .run = [flags](Console& console) { return Submit(console, *flags); }};
}

}  // namespace brainalign
