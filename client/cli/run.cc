// brainalign run: an experiment's alignment, at a server or in this process.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/filter_flags.h"
#include "client/cli/job_display.h"
#include "client/cli/local_alignment.h"
#include "client/cli/priority_flag.h"
#include "client/cli/result_output.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/ticker.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/recordings/recording_calls.h"
#include "client/resources/model_calls.h"
#include "core/fence.h"
#include "core/process_limits.h"
#include "core/start_thread.h"

namespace brainalign {
namespace {

struct RunFlags : ExperimentSource {
  ServerFlags server;
  bool local = false;
  int threads = 0;
  std::int64_t memory_bytes = 0;
  AlignmentFlags alignment;
  FilterFlags filter;
  std::string out;
  PictureFlags pictures;
  std::string name;
  bool skip_cache = false;
  JobPriority priority = JobPriority::kNormal;
};

// What there is to say when the user stops a run whose job lives on elsewhere.
void TellHowToGoOn(const Console& console, const std::string& job_id, const std::string& server) {
  const std::string at = server.empty() ? "" : absl::StrCat(" --server ", server);
  console.err.Write(absl::StrCat("Stopped watching: job ", job_id, " goes on at the server.\n",
                                 "  watch it:  brainalign watch ", job_id, at, "\n",
                                 "  cancel it: brainalign cancel ", job_id, at, "\n"));
}

// What is not asked for is all cores and half of the machine's memory.
AlignmentResources ResourcesOf(const RunFlags& flags) {
  AlignmentResources resources;
  resources.threads = flags.threads > 0 ? flags.threads : UsableThreads();
  resources.memory_bytes = flags.memory_bytes > 0 ? flags.memory_bytes : UsableMemoryBytes() / 2;
  // Not /tmp, which lies in memory on many systems.
  const char* folder = std::getenv("TMPDIR");
  resources.scratch_folder = folder != nullptr ? folder : "/var/tmp";
  return resources;
}

// Ends the program soon after a stop even where a long call of the linear algebra
// library does not hear of it. Nothing is lost: what a run writes, it writes at its end.
class PromptExit {
 public:
  explicit PromptExit(const Console& console) {
    auto thread = StartThread(
        "to end promptly", [this, &console](const std::stop_token& over) { Await(console, over); });
    // Without it the program ends as soon as the long call does.
    if (thread.ok()) thread_ = *std::move(thread);
  }

 private:
  static constexpr std::chrono::milliseconds kPatience{500};

  void Await(const Console& console, const std::stop_token& over) {
    const std::stop_callback wake_up(console.stop, [this] {
      const std::lock_guard<std::mutex> waking(mutex_);
      wake_.notify_all();
    });
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait(lock, over, [&] { return console.stop.stop_requested(); });
    wake_.wait_for(lock, over, kPatience, [] { return false; });
    if (over.stop_requested()) return;
    console.err.Write("Stopped.\n");
    std::_Exit(kExitInterrupted);
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the rest
};

int RunLocally(const Console& console, const RunFlags& flags, const Experiment& experiment) {
  JobDisplay display(console, SystemClock(), console.names.layer_names,
                     experiment.inputs.brain.times_seconds);
  const PromptExit prompt_exit(console);
  std::optional<Ticker> ticker([&display] { display.Tick(); });
  absl::StatusOr<JobResult> result =
      AlignLocally(experiment.inputs, OptionsFor(flags.alignment, experiment), ResourcesOf(flags),
                   console, display);
  ticker.reset();
  display.Finish();
  if (!result.ok()) {
    if (absl::IsCancelled(result.status())) {
      console.err.Write("Stopped.\n");
      return kExitInterrupted;
    }
    const bool wrong =
        absl::IsInvalidArgument(result.status()) || absl::IsFailedPrecondition(result.status()) ||
        // A plan beyond --memory, but not memory that the machine did not have.
        (absl::IsResourceExhausted(result.status()) && result.status() != NoMemoryLeft());
    return console.Fail(wrong ? kExitWrongInput : kExitJobFailed, result.status());
  }
  result->layer_order = experiment.layer_order;
  AddPreparation(experiment, *result);
  return OutputResult(console, *result, flags.out, flags.pictures, experiment.truth_seconds);
}

int RunRemotely(const Console& console, const RunFlags& flags, const Experiment& experiment) {
  if (flags.recording.empty() && flags.model.empty()) {
    const int wrong =
        CheckAlignment(console, experiment.inputs, OptionsFor(flags.alignment, experiment));
    if (wrong != kExitDone) return wrong;
  }
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  std::vector<double> times_seconds = experiment.inputs.brain.times_seconds;
  if (!flags.recording.empty()) {
    absl::StatusOr<Recording> recording = GetRecording(client->connection(), flags.recording);
    if (!recording.ok()) return console.FailCall(recording.status());
    times_seconds = recording->times_seconds;
  }
  std::vector<std::string> layer_names = console.names.layer_names;
  if (!flags.model.empty()) {
    const absl::StatusOr<Model> model = GetModel(client->connection(), flags.model);
    if (!model.ok()) return console.FailCall(model.status());
    layer_names.clear();
    for (const ModelLayer& layer : model->layers) layer_names.push_back(layer.name);
  }

  const absl::StatusOr<Job> job =
      SubmitExperiment(console, *client, experiment,
                       {.alignment = OptionsFor(flags.alignment, experiment),
                        .name = flags.name,
                        .skip_cache = flags.skip_cache,
                        .priority = flags.priority,
                        .recording = flags.recording,
                        .model = flags.model});
  if (!job.ok()) return FailSubmission(console, job.status());
  const std::string job_id = Printable(job->job_id);
  console.Tell(absl::StrCat("job ", job_id, " at ", client->address()));

  JobDisplay display(console, SystemClock(), layer_names, times_seconds);
  std::optional<Ticker> ticker([&display] { display.Tick(); });
  const absl::StatusOr<Job> ended = client->Watch(job->job_id, display.Callbacks());
  ticker.reset();
  display.Finish();
  if (ended.ok() && ended->state != JobState::kSucceeded) return FailJob(console, *ended);
  absl::StatusOr<JobResult> result = ended.ok() ? client->Fetch(job->job_id) : ended.status();
  if (!result.ok()) {
    const bool is_stopped = console.stop.stop_requested();
    const int code = is_stopped ? int{kExitInterrupted} : console.FailCall(result.status());
    TellHowToGoOn(console, job_id, flags.server.address);
    return code;
  }
  // A long one does not come back whole.
  if (flags.model.empty()) result->layer_order = experiment.layer_order;
  AddPreparation(experiment, *result);
  return OutputResult(console, *result, flags.out, flags.pictures, experiment.truth_seconds);
}

int Run(Console& console, const RunFlags& flags) {
  if (!CanWriteOut(console, flags.out) || !CanWritePictures(console, flags.pictures)) {
    return kExitWrongInput;
  }
  Experiment experiment;
  if (const int wrong = LoadToAlign(console, flags, flags.alignment, flags.filter, experiment);
      wrong != kExitDone) {
    return wrong;
  }
  return flags.local ? RunLocally(console, flags, experiment)
                     : RunRemotely(console, flags, experiment);
}

}  // namespace

Verb AddRun(CLI::App& root) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* app = root.add_subcommand("run", "Align an experiment and show the result");
  app->footer(
      "Example:\n"
      "  brainalign run experiment --preset strict --pca 50 --out result.json\n"
      "  brainalign run experiment --local --threads 2 --out result.json");
  app->add_option("DIR", flags->directory,
                  "Folder of the experiment; left out with both --recording and --model");
  AddLayerOrderFlag(*app, flags->layer_order);
  AddServerFlags(*app, flags->server);
  CLI::Option* local = app->add_flag("--local", flags->local, "Compute here, without a server");
  local->excludes("--server");
  app->add_option("--threads", flags->threads, "Threads of --local (default: all cores)")
      ->check(CLI::Range(1, 4096))
      ->needs(local);
  app->add_option("--memory", flags->memory_bytes,
                  "Memory that --local keeps to beside mapped files, such as 4GiB "
                  "(default: half of the machine's)")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true))
      ->check(CLI::PositiveNumber)
      ->needs(local);
  AddAlignmentFlags(*app, flags->alignment);
  AddFilterFlags(*app, flags->filter);
  AddOutFlag(*app, flags->out);
  AddPictureFlags(*app, "--report", flags->pictures);
  AddRecordingFlag(*app, flags->recording)
      ->excludes(local)
      ->excludes("--band-pass")
      ->excludes("--resample");
  AddModelFlag(*app, flags->model)->excludes(local);
  app->add_option("--name", flags->name, "Name of the job, for people");
  app->add_flag("--skip-cache", flags->skip_cache, "Compute even if an identical job has finished");
  AddPriorityFlag(*app, flags->priority);
  return Verb{.app = app, .run = [flags](Console& console) { return Run(console, *flags); }};
}

}  // namespace brainalign
