// brainalign run: an experiment's alignment, at a server or in this process.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/alignment_flags.h"
#include "client/cli/filter_flags.h"
#include "client/cli/job_display.h"
#include "client/cli/local_alignment.h"
#include "client/cli/number_checks.h"
#include "client/cli/priority_flag.h"
#include "client/cli/result_output.h"
#include "client/cli/rigour_run.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/ticker.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/jobs/job_inputs.h"
#include "client/recordings/recording_calls.h"
#include "client/resources/model_calls.h"
#include "client/rigour/repeats.h"
#include "core/fence.h"
#include "core/process_limits.h"
#include "core/start_thread.h"

namespace brainalign {
namespace {

struct RunFlags : ExperimentSource {
  bool rigour = false;
  std::string untrained;
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

std::vector<std::string> LayerNames(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const LayerInput& layer : experiment.inputs.layers) names.push_back(layer.name);
  return names;
}

// What there is to say when the user stops a run whose job lives on elsewhere.
void TellHowToGoOn(const Console& console, const std::string& job_id, const std::string& server) {
  const std::string at = server.empty() ? "" : absl::StrCat(" --server ", server);
  console.err.Write(absl::StrCat("Stopped watching: job ", job_id, " continues at the server.\n",
                                 "  watch it:  brainalign watch ", job_id, at, "\n",
                                 "  cancel it: brainalign cancel ", job_id, at, "\n"));
}

// The defaults are all cores and half of the machine's memory.
AlignmentResources ResourcesOf(const RunFlags& flags) {
  AlignmentResources resources;
  resources.threads = flags.threads > 0 ? flags.threads : UsableThreads();
  resources.memory_bytes = flags.memory_bytes > 0 ? flags.memory_bytes : UsableMemoryBytes() / 2;
  // Not /tmp, which lies in memory on many systems.
  const char* folder = std::getenv("TMPDIR");
  resources.scratch_folder = folder != nullptr ? folder : "/var/tmp";
  return resources;
}

// Ends the program soon after a stop, even during a long call of the linear algebra library, which
// does not check for it. Nothing is lost, because a run writes only at its end.
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
    std::_Exit(console.Stopped());
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: it uses the rest
};

// Here, with nothing asked of a server.
ComputedJob ComputeLocally(const Console& console, const RunFlags& flags,
                           const Experiment& experiment, const AlignmentOptions& options) {
  JobDisplay display(console, SystemClock(), LayerNames(experiment),
                     experiment.inputs.brain.times_seconds);
  const PromptExit prompt_exit(console);
  std::optional<Ticker> ticker([&display] { display.Tick(); });
  absl::StatusOr<JobResult> result =
      AlignLocally(experiment.inputs, options, ResourcesOf(flags), console, display);
  ticker.reset();
  display.Finish();
  if (result.ok()) {
    result->layer_order = experiment.layer_order;
    result->reading_notes = experiment.notes;
    AddPreparation(experiment, *result);
  }
  const absl::Status status = result.status();
  return {std::move(result), [&console, status] {
            if (absl::IsCancelled(status)) return console.Stopped();
            const bool wrong =
                absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
                // A plan beyond --memory, but not memory that the machine did not have.
                (absl::IsResourceExhausted(status) && status != NoMemoryLeft());
            return console.Fail(wrong ? kExitWrongInput : kExitJobFailed, status);
          }};
}

// Jobs at a server. Experiments must outlive it: they are uploaded once each.
class RemoteJobs {
 public:
  RemoteJobs(const Console& console, const RunFlags& flags, Client client)
      : console_(console), flags_(flags), client_(std::move(client)) {}

  // Asks for what the server keeps of the recording and the model. The status of a call.
  absl::Status Open() {
    if (!flags_.recording.empty()) {
      absl::StatusOr<Recording> recording = GetRecording(client_.connection(), flags_.recording);
      if (!recording.ok()) return recording.status();
      kept_times_seconds_ = recording->times_seconds;
    }
    if (flags_.model.empty()) return absl::OkStatus();
    const absl::StatusOr<Model> model = GetModel(client_.connection(), flags_.model);
    if (!model.ok()) return model.status();
    for (const ModelLayer& layer : model->layers) kept_layer_names_.push_back(layer.name);
    return absl::OkStatus();
  }

  ComputedJob Compute(const Experiment& experiment, const AlignmentOptions& options,
                      const std::string& part) {
    const absl::StatusOr<Job> job = Submit(experiment, options, part);
    if (!job.ok()) {
      return {job.status(),
              [this, status = job.status()] { return FailSubmission(console_, status); }};
    }
    const std::string job_id = Printable(job->job_id);
    console_.Tell(absl::StrCat("job ", job_id, " at ", client_.address()));
    const bool has_layers = !experiment.inputs.layers.empty();
    JobDisplay display(
        console_, SystemClock(), has_layers ? LayerNames(experiment) : kept_layer_names_,
        flags_.recording.empty() ? experiment.inputs.brain.times_seconds : kept_times_seconds_);
    std::optional<Ticker> ticker([&display] { display.Tick(); });
    const absl::StatusOr<Job> ended = client_.Watch(job->job_id, display.Callbacks());
    ticker.reset();
    display.Finish();
    if (ended.ok() && ended->state != JobState::kSucceeded) {
      return {ended->state == JobState::kFailed ? absl::InternalError(ended->message)
                                                : absl::CancelledError("the job was cancelled"),
              [this, job = *ended] { return FailJob(console_, job); }};
    }
    absl::StatusOr<JobResult> result = ended.ok() ? client_.Fetch(job->job_id) : ended.status();
    if (!result.ok()) {
      const absl::Status status = result.status();
      return {status, [this, status, job_id] {
                const bool is_stopped = console_.stop.stop_requested();
                const int code = is_stopped ? int{kExitInterrupted} : console_.FailCall(status);
                TellHowToGoOn(console_, job_id, flags_.server.address);
                return code;
              }};
    }
    // A long one does not come back whole.
    if (has_layers) result->layer_order = experiment.layer_order;
    result->reading_notes = experiment.notes;
    // Of a server that does not tell it.
    if (!result->preparation) AddPreparation(experiment, *result);
    return {std::move(result), nullptr};
  }

 private:
  absl::StatusOr<Job> Submit(const Experiment& experiment, const AlignmentOptions& options,
                             const std::string& part) {
    auto uploaded = uploaded_.find(&experiment);
    if (uploaded == uploaded_.end()) {
      absl::Status fits = CheckBeforeUpload(console_, client_, experiment,
                                            {.alignment = options, .name = flags_.name});
      if (!fits.ok()) return fits;
      absl::StatusOr<UploadedExperiment> sent = UploadExperiment(console_, client_, experiment);
      if (!sent.ok()) return sent.status();
      uploaded = uploaded_.emplace(&experiment, *std::move(sent)).first;
    }
    const SubmitOptions submitted = {
        .alignment = options,
        .name = part.empty() ? flags_.name
                             : absl::StrCat(flags_.name, flags_.name.empty() ? "" : " ", part),
        .skip_cache = flags_.skip_cache,
        .priority = flags_.priority,
        .recording = flags_.recording,
        .model = experiment.inputs.layers.empty() ? flags_.model : ""};
    return SubmitUploaded(console_, client_, experiment, uploaded->second, submitted);
  }

  const Console& console_;
  const RunFlags& flags_;
  Client client_;
  std::vector<double> kept_times_seconds_;     // of the recording that the server keeps
  std::vector<std::string> kept_layer_names_;  // of the model that the server keeps
  std::map<const Experiment*, UploadedExperiment> uploaded_;
};

// Adds the digests of what was read to a result that was computed here, if it goes to a file.
absl::Status AddInputs(const Console& console, const RunFlags& flags, const Experiment& experiment,
                       JobResult& result) {
  if (!flags.local || flags.out.empty()) return absl::OkStatus();
  absl::StatusOr<std::vector<JobInput>> inputs = HashInputs(experiment, console.stop);
  if (inputs.ok()) result.inputs = *std::move(inputs);
  return inputs.status();
}

int FailToHash(const Console& console, const absl::Status& status) {
  return absl::IsCancelled(status) ? console.Stopped() : console.Fail(kExitWrongInput, status);
}

// The job alone, or with all parts of --rigour.
int RunJobs(const Console& console, const RunFlags& flags, const Experiment& experiment,
            const OtherExperiments& others, const std::vector<RigourJob>& jobs,
            const ComputeJob& compute) {
  if (jobs.empty()) {
    ComputedJob computed = compute(experiment, OptionsFor(flags.alignment, experiment), "");
    if (!computed.result.ok()) return computed.fail();
    const absl::Status hashed = AddInputs(console, flags, experiment, *computed.result);
    if (!hashed.ok()) return FailToHash(console, hashed);
    return OutputResult(console, *computed.result, flags.out, flags.pictures,
                        experiment.truth_seconds);
  }
  std::vector<RigourPartResult> parts;
  if (const int failed = RunParts(console, jobs, experiment, others, compute, parts);
      failed != kExitDone) {
    return failed;
  }
  RigourFacts facts = FactsOfParts(parts);
  facts.ceiling = CeilingFactsOf(experiment, flags.directory,
                                 [&console] { return console.stop.stop_requested(); });
  const Verdict verdict = MakeVerdict(facts);
  JobResult& strict = *parts.front().result;
  const absl::Status hashed = AddInputs(console, flags, experiment, strict);
  if (!hashed.ok()) return FailToHash(console, hashed);
  return OutputResultAs(
      console, strict,
      {WithRigour(ResultToJson(strict), parts, facts, verdict), VerdictText(verdict)}, flags.out,
      flags.pictures, experiment.truth_seconds);
}

int RunAtServer(const Console& console, const RunFlags& flags, Experiment& experiment,
                OtherExperiments& others, std::vector<RigourJob> jobs) {
  if (!flags.is_kept()) {
    const int wrong = CheckAlignment(
        console, experiment.inputs,
        jobs.empty() ? OptionsFor(flags.alignment, experiment) : jobs.front().options);
    if (wrong != kExitDone) return wrong;
  }
  absl::StatusOr<Client> client = Connect(flags.server, console);
  if (!client.ok()) return console.FailCall(client.status());
  if (flags.is_kept()) {
    absl::Status read =
        ReadNuisanceKept(console, client->connection(), flags, flags.alignment, experiment);
    if (read.ok() && flags.rigour) {
      read = SetNuisanceOfParts(flags, flags.alignment, &client->connection(), experiment, others,
                                jobs);
    }
    if (!read.ok()) return FailSubmission(console, read);
  }
  RemoteJobs remote(console, flags, *std::move(client));
  if (absl::Status status = remote.Open(); !status.ok()) return console.FailCall(status);
  return RunJobs(console, flags, experiment, others, jobs,
                 [&remote](const Experiment& of, const AlignmentOptions& options,
                           const std::string& part) { return remote.Compute(of, options, part); });
}

int Run(Console& console, const RunFlags& flags, const GivenOptions& given) {
  if (!CanWriteOut(console, flags.out) || !CanWritePictures(console, flags.pictures, flags.out)) {
    return kExitWrongInput;
  }
  std::vector<RigourJob> jobs;
  if (flags.rigour) {
    absl::StatusOr<std::vector<RigourJob>> planned = PlanRigour(ToOptions(flags.alignment), given);
    if (!planned.ok()) return console.Fail(kExitWrongInput, planned.status());
    jobs = *std::move(planned);
  }
  Experiment experiment;
  if (const int wrong = LoadToAlign(console, flags, flags.alignment, flags.filter, experiment);
      wrong != kExitDone) {
    return wrong;
  }
  OtherExperiments others;
  if (flags.rigour) {
    absl::StatusOr<std::optional<Experiment>> loaded =
        LoadUntrained(experiment, flags.directory, flags.untrained, flags.layer_order);
    if (!loaded.ok()) return console.Fail(kExitWrongInput, loaded.status());
    others.untrained = *std::move(loaded);
    if (!flags.is_kept()) {
      const absl::Status set =
          SetNuisanceOfParts(flags, flags.alignment, nullptr, experiment, others, jobs);
      if (!set.ok()) return console.Fail(kExitWrongInput, set);
    }
    RefuseSwaps(WhyNoSwapsOf(experiment), jobs);
  }
  if (!flags.local) return RunAtServer(console, flags, experiment, others, jobs);
  return RunJobs(console, flags, experiment, others, jobs,
                 [&](const Experiment& of, const AlignmentOptions& options, const std::string&) {
                   return ComputeLocally(console, flags, of, options);
                 });
}

}  // namespace

Verb AddRun(CLI::App& root) {
  auto flags = std::make_shared<RunFlags>();
  CLI::App* app = root.add_subcommand("run", "Align an experiment and show the result");
  app->footer(
      "Example:\n"
      "  brainalign run experiment --preset strict --pca 50 --out result.json\n"
      "  brainalign run experiment --local --threads 2 --out result.json\n"
      "  brainalign run experiment --rigour --out verdict.json");
  app->add_option("DIR", flags->directory,
                  "Folder of the experiment; not needed with both --recording and --model");
  AddLayerOrderFlag(*app, flags->layer_order);
  AddServerFlags(*app, flags->server);
  CLI::Option* local =
      app->add_flag("--local", flags->local, "Compute on this machine, without a server");
  local->excludes("--server");
  app->add_option("--threads", flags->threads, "Number of threads of --local (default: all cores)")
      ->check(CLI::Range(1, 4096))
      ->needs(local);
  app->add_option("--memory", flags->memory_bytes,
                  "Memory limit of --local, not counting mapped files, such as 4GiB (default: half "
                  "of the machine's memory)")
      ->transform(CLI::AsSizeValue(/*kb_is_1000=*/true))
      ->check(CheckAboveZero)
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
  CLI::Option* rigour = app->add_flag(
      "--rigour", flags->rigour,
      "Run every control that the data allow (paper, shuffled folds, detrending, "
      "nuisance, previous words, an untrained model, swapped sessions), with 199 nulls and 2000 "
      "draws unless you set others, and write a verdict (docs/rigour.md)");
  app->add_option("--untrained", flags->untrained,
                  "Folder with the activations of the untrained model for --rigour "
                  "(default: the folder untrained in DIR, if there is one)")
      ->type_name("DIR")
      ->needs(rigour);
  app->add_option("--name,--display-name", flags->name, "Name of the job, for people");
  app->add_flag("--skip-cache", flags->skip_cache, "Compute even if an identical job has finished");
  AddPriorityFlag(*app, flags->priority);
  return Verb{.app = app, .run = [flags, app](Console& console) {
                const GivenOptions given{.nulls = app->count("--nulls") > 0,
                                         .draws = app->count("--draws") > 0};
                return Run(console, *flags, given);
              }};
}

}  // namespace brainalign
