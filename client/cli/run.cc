// brainalign run: an experiment's alignment, at a server or in this process.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/job_display.h"
#include "client/cli/local_alignment.h"
#include "client/cli/priority_flag.h"
#include "client/cli/result_output.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/upload_bar.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/recordings/recording_calls.h"
#include "client/session/align_remotely.h"
#include "core/process_limits.h"

namespace brainalign {
namespace {

struct RunFlags {
  std::string directory;
  ServerFlags server;
  bool local = false;
  int threads = 0;
  std::int64_t memory_bytes = 0;
  AlignmentFlags alignment;
  std::string recording;
  std::string out;
  std::string name;
  bool skip_cache = false;
  JobPriority priority = JobPriority::kNormal;
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
  explicit PromptExit(const Console& console)
      : thread_([this, &console](const std::stop_token& over) {
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
        }) {}

 private:
  static constexpr std::chrono::milliseconds kPatience{500};
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the rest
};

int RunLocally(const Console& console, const RunFlags& flags, const Experiment& experiment) {
  JobDisplay display(console, SystemClock(), LayerNames(experiment),
                     experiment.inputs.brain.times_seconds);
  const PromptExit prompt_exit(console);
  absl::StatusOr<JobResult> result = AlignLocally(experiment.inputs, ToOptions(flags.alignment),
                                                  ResourcesOf(flags), console.stop, display);
  display.Finish();
  if (!result.ok()) {
    if (absl::IsCancelled(result.status())) {
      console.err.Write("Stopped.\n");
      return kExitInterrupted;
    }
    const bool wrong = absl::IsInvalidArgument(result.status()) ||
                       absl::IsFailedPrecondition(result.status()) ||
                       absl::IsResourceExhausted(result.status());
    return console.Fail(wrong ? kExitWrongInput : kExitJobFailed, result.status());
  }
  return OutputResult(console, *result, flags.out, experiment.truth_seconds);
}

int RunRemotely(const Console& console, const RunFlags& flags, const Experiment& experiment) {
  if (flags.recording.empty()) {
    const int wrong = CheckAlignment(console, experiment.inputs, ToOptions(flags.alignment));
    if (wrong != kExitDone) return wrong;
  }
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connect(flags.server, console);
  if (!connection.ok()) return console.FailCall(connection.status());
  std::vector<double> times_seconds = experiment.inputs.brain.times_seconds;
  if (!flags.recording.empty()) {
    absl::StatusOr<Recording> recording = GetRecording(**connection, flags.recording);
    if (!recording.ok()) return console.FailCall(recording.status());
    times_seconds = recording->times_seconds;
  }

  UploadBar bar(console.err, SystemClock());
  JobDisplay display(console, SystemClock(), LayerNames(experiment), times_seconds);
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
                    RemoteAlignmentOptions{.recording = flags.recording,
                                           .alignment = ToOptions(flags.alignment),
                                           .name = flags.name,
                                           .skip_cache = flags.skip_cache,
                                           .priority = flags.priority},
                    callbacks);
  display.Finish();
  if (!done.ok()) {
    if (console.stop.stop_requested()) {
      if (job_id.empty()) {
        console.err.Write("Stopped. What has arrived is kept: the same command goes on from it.\n");
      } else {
        TellHowToGoOn(console, job_id, flags.server.address);
      }
      return kExitInterrupted;
    }
    const int code = console.FailCall(done.status());
    if (!job_id.empty()) TellHowToGoOn(console, job_id, flags.server.address);
    return code;
  }
  if (!done->result.has_value()) return FailJob(console, done->job);
  return OutputResult(console, *done->result, flags.out, experiment.truth_seconds);
}

int Run(const Console& console, const RunFlags& flags) {
  if (!CanWriteOut(console, flags.out)) return kExitWrongInput;
  absl::StatusOr<Experiment> experiment =
      flags.recording.empty() ? LoadExperiment(flags.directory) : LoadModel(flags.directory);
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
  AddOutFlag(*app, flags->out);
  AddRecordingFlag(*app, flags->recording)->excludes(local);
  app->add_option("--name", flags->name, "Name of the job, for people");
  app->add_flag("--skip-cache", flags->skip_cache, "Compute even if an identical job has finished");
  AddPriorityFlag(*app, flags->priority);
  return Verb{.app = app, .run = [flags](Console& console) { return Run(console, *flags); }};
}

}  // namespace brainalign
