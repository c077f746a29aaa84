// brainalign recording: recordings that the server keeps, and sealed ones, which others can score
// and nobody can read.
#include <CLI/CLI.hpp>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/number_checks.h"
#include "client/cli/resource_verbs.h"
#include "client/cli/submission.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/recordings/recording_calls.h"
#include "client/report/listing_json.h"
#include "client/resources/check_resource.h"
#include "core/to_integer.h"

namespace brainalign {
namespace {

struct RecordingFlags {
  ResourceFlags resource;
  std::string directory;
  std::string display_name;
  std::string description;
  std::string kind;
  std::string word_table;
  std::vector<std::string> projects;
  std::optional<std::int64_t> max_submissions;
  std::optional<int> max_layers;
  SealPolicy policy;
  int limit = 100;
};

using RecordingVerbs = ResourceVerbs<Recording>;

std::string LocalTime(double unix_seconds) {
  return absl::FormatTime("%Y-%m-%d %H:%M", absl::FromUnixMicros(ToInt64(unix_seconds * 1e6)),
                          absl::LocalTimeZone());
}

std::string OrNo(bool released, const std::string& what) {
  return absl::StrCat(released ? "" : "no ", what);
}

// The policy of the recording in one line.
std::string Describe(const SealPolicy& policy) {
  return absl::StrFormat(
      "%s, %s; at least %d words in each fold; scores in multiples of %g, %s, %s, %s",
      Printable(absl::StrJoin(policy.metrics, " or ")),
      Printable(absl::StrJoin(policy.directions, " or ")), policy.min_test_words.value_or(0),
      policy.score_step.value_or(0), OrNo(policy.release_fold_scores, "scores of single folds"),
      OrNo(policy.release_alpha_counts, "counts of alphas"),
      OrNo(policy.release_cache_key, "cache key"));
}

std::string Describe(const RecordingSeal& seal) {
  const std::int64_t budget = seal.policy.max_released_numbers.value_or(0);
  return absl::StrCat(
      Describe(seal.policy), "\n    ",
      seal.released_numbers_left
          ? absl::StrFormat("%d of %d numbers left\n", *seal.released_numbers_left, budget)
          : absl::StrFormat("%d numbers for each other project and person\n", budget));
}

std::string Describe(const Recording& recording) {
  const std::vector<double>& times = recording.times_seconds;
  std::string text = absl::StrFormat(
      "%s  %d words, %d times from %.3f to %.3f s, ", Printable(recording.name), recording.words,
      times.size(), times.empty() ? 0.0 : times.front(), times.empty() ? 0.0 : times.back());
  if (recording.seal) {
    absl::StrAppendFormat(&text, "%d of %d submissions left, at most %d layers",
                          recording.seal->submissions_left, recording.seal->max_submissions,
                          recording.seal->max_layers);
    if (!recording.seal->projects.empty()) {
      absl::StrAppend(&text, ", for ", Printable(absl::StrJoin(recording.seal->projects, ", ")));
    }
  } else {
    text += "not sealed";
  }
  if (!recording.description.empty()) {
    absl::StrAppend(&text, "  ", Printable(recording.description));
  }
  text += "\n";
  if (recording.seal) absl::StrAppend(&text, "    ", Describe(*recording.seal));
  return text;
}

// Makes the folder's recording one that the server keeps. Returns the exit code.
int Keep(const Console& console, Client& client, const RecordingFlags& flags, Recording& kept) {
  absl::StatusOr<Experiment> experiment = LoadRecording(flags.directory, console.stop);
  if (absl::IsCancelled(experiment.status())) return console.Stopped();
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  const absl::Status taken = CheckNewResource(
      client.connection(),
      {.name = flags.resource.name,
       .texts = {{"display_name", flags.display_name}, {"description", flags.description}},
       .word_table = flags.word_table});
  if (!taken.ok()) return console.FailCall(taken);
  absl::StatusOr<UploadedExperiment> uploaded = UploadExperiment(console, client, *experiment);
  if (!uploaded.ok()) return FailSubmission(console, uploaded.status());
  absl::StatusOr<Recording> created =
      CreateRecording(client.connection(), {.name = flags.resource.name,
                                            .display_name = flags.display_name,
                                            .description = flags.description,
                                            .kind = flags.kind,
                                            .word_table = flags.word_table,
                                            .brain = std::move(uploaded->brain)});
  if (!created.ok()) return console.FailCall(created.status());
  kept = *std::move(created);
  return kExitDone;
}

int Create(const Console& console, Client& client, const RecordingFlags& flags,
           const RecordingVerbs& verbs) {
  Recording created;
  const int code = Keep(console, client, flags, created);
  return code == kExitDone ? verbs.Show(console, created) : code;
}

int Seal(const Console& console, Client& client, const RecordingFlags& flags,
         const RecordingVerbs& verbs) {
  if (!flags.directory.empty()) {
    Recording kept;
    const int code = Keep(console, client, flags, kept);
    if (code != kExitDone) return code;
  }
  return verbs.Show(console,
                    SealRecording(client.connection(), {.name = flags.resource.name,
                                                        .projects = flags.projects,
                                                        .max_submissions = flags.max_submissions,
                                                        .max_layers = flags.max_layers,
                                                        .policy = flags.policy}));
}

int Unseal(const Console& console, Connection& connection, const RecordingFlags& flags) {
  // Unsealing a recording that does not exist is no error of the call. For a user it is an error,
  // because the intended recording stays sealed.
  const absl::StatusOr<Recording> recording = GetRecording(connection, flags.resource.name);
  if (!recording.ok()) return console.FailCall(recording.status());
  const absl::Status unsealed = UnsealRecording(connection, flags.resource.name);
  if (!unsealed.ok()) return console.FailCall(unsealed);
  console.Tell(
      absl::StrCat("no other project scores ", Printable(flags.resource.name), " any more"));
  return kExitDone;
}

int Submissions(const Console& console, Connection& connection, const RecordingFlags& flags) {
  const absl::StatusOr<std::vector<Submission>> submissions =
      ListSubmissions(connection, flags.resource.name, flags.limit);
  if (!submissions.ok()) return console.FailCall(submissions.status());
  if (flags.resource.json) {
    console.out.Write(SubmissionsToJson(*submissions));
    return kExitDone;
  }
  for (const Submission& submission : *submissions) {
    console.out.Write(absl::StrCat(LocalTime(submission.create_time_unix_seconds), "  ",
                                   Printable(submission.project), "  ",
                                   Printable(submission.person), "  ", Printable(submission.job_id),
                                   "  ", Printable(absl::StrJoin(submission.activations, ",")),
                                   "  ", Printable(submission.job_name), "\n"));
  }
  return kExitDone;
}

}  // namespace

CLI::Option* AddRecordingFlag(CLI::App& app, std::string& recording) {
  return app
      .add_option("--recording", recording,
                  "Score a recording that the server keeps (brainalign recording list) instead of "
                  "the folder's; the folder then needs only activations")
      ->type_name("PROJECT/NAME");
}

void AddPolicyFlags(CLI::App& seal, SealPolicy& policy) {
  constexpr char kGroup[] = "What others may compute and receive";
  seal.add_option(
          "--metrics", policy.metrics,
          "Permitted metrics. r2 with a fixed alpha reveals predictions exactly (default: pearson)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"pearson", "cosine", "r2"}))
      ->group(kGroup);
  seal.add_option("--directions", policy.directions,
                  "Permitted directions. model_to_brain predicts the sensors themselves (default: "
                  "brain_to_model)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"brain_to_model", "model_to_brain"}))
      ->group(kGroup);
  seal.add_option(
          "--min-test-words", policy.min_test_words,
          "Minimum number of words in each test fold and in each training set (default: 200)")
      ->check(CheckCount)
      ->group(kGroup);
  seal.add_option("--score-step", policy.score_step,
                  "Released scores are rounded to multiples of this (default: 0.001)")
      ->check(CheckAboveZero)
      ->group(kGroup);
  seal.add_option("--max-released-numbers", policy.max_released_numbers,
                  "Total number of scores that each project, and each person, can receive "
                  "(default: a hundredth of the numbers in the recording)")
      ->check(CheckCount)
      ->group(kGroup);
  seal.add_flag("--release-fold-scores", policy.release_fold_scores,
                "Also release the scores of single folds; they count against the budget")
      ->group(kGroup);
  seal.add_flag(
          "--release-alpha-counts", policy.release_alpha_counts,
          "Also release how many targets chose each alpha; these counts count against the budget")
      ->group(kGroup);
  seal.add_flag("--release-cache-key", policy.release_cache_key,
                "Also release the cache key of jobs; it confirms a guess of the recording")
      ->group(kGroup);
}

Verb AddRecording(CLI::App& root) {
  auto flags = std::make_shared<RecordingFlags>();
  CLI::App* app = root.add_subcommand("recording",
                                      "Recordings that the server keeps; other projects can score "
                                      "a sealed one, but nobody can read it");
  RecordingVerbs verbs(app, &flags->resource,
                       {.verb = "recording",
                        .argument = "RECORDING",
                        .takes = "PROJECT/NAME",
                        .noun = "recording",
                        .none = "no recordings of your project, and none that you may score",
                        .list = ListRecordings,
                        .get = GetRecording,
                        .erase = DeleteRecording,
                        .describe = [](const Recording& recording) { return Describe(recording); },
                        .to_json = RecordingToJson,
                        .list_to_json = RecordingsToJson});
  CLI::App* const create =
      verbs.Add("create", "Store the recording of an experiment's folder on the server",
                "create subject-1 experiment --kind meg --word-table story");
  create->add_option("NAME", flags->resource.name, "Name of the recording in your project")
      ->required();
  create->add_option("DIR", flags->directory, "Folder with the recording")->required();
  create->add_option("--display-name", flags->display_name, "Name for people");
  create->add_option("--description", flags->description,
                     "Description, such as what was heard and where the words are");
  create->add_option("--kind", flags->kind, "Kind of recording")
      ->check(CLI::IsMember({"meg", "eeg", "ecog", "fmri"}));
  AddWordTableFlag(*create, flags->word_table);
  CLI::App* const seal =
      verbs.Add("seal",
                "Let other projects score a recording of an experiment's folder, or one that the "
                "server keeps",
                "seal subject-1 experiment --for other-lab --max-submissions 50");
  seal->add_option("NAME", flags->resource.name, "Name of the recording in your project")
      ->required();
  seal->add_option("DIR", flags->directory,
                   "Folder with the recording; not needed if the server keeps NAME already");
  seal->add_option("--description", flags->description,
                   "Description, such as what was heard and where the words are");
  seal->add_option("--for", flags->projects, "Projects that may submit (default: every project)")
      ->delimiter(',')
      ->type_name("PROJECT");
  seal->add_option("--max-submissions", flags->max_submissions,
                   "Total number of submissions of each project (default: 100)")
      ->check(CheckCount);
  seal->add_option("--max-layers", flags->max_layers,
                   "Largest number of layers of a submission (default: 64)")
      ->check(CheckCount);
  AddPolicyFlags(*seal, flags->policy);
  verbs.AddList("List the recordings of your project, and those that you may score");
  verbs.AddShow("Show one recording, its policy and your remaining budget", "show lab/subject-1");
  CLI::App* const unseal = verbs.AddNaming("unseal",
                                           "Unseal a recording: other projects can no longer score "
                                           "it, and its own project can read it again",
                                           "unseal lab/subject-1");
  verbs.AddDelete(
      "Delete a recording that is not sealed; its tensors are removed when nobody uses them",
      "delete lab/subject-1");
  CLI::App* const submissions = verbs.AddNaming(
      "submissions",
      "List who scored which activations against a recording of your project, newest first",
      "submissions lab/subject-1");
  submissions->add_option("--limit", flags->limit, "Largest number of entries; 0: all")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()))
      ->capture_default_str();
  for (CLI::App* const shows : {create, seal, submissions}) verbs.MayBeJson(shows);
  return Verb{.app = app, .run = [=](Console& console) {
                absl::StatusOr<Client> client = Connect(flags->resource.server, console);
                if (!client.ok()) return console.FailCall(client.status());
                if (create->parsed()) return Create(console, *client, *flags, verbs);
                if (seal->parsed()) return Seal(console, *client, *flags, verbs);
                Connection& connection = client->connection();
                if (const auto code = verbs.Run(console, connection)) return *code;
                if (unseal->parsed()) return Unseal(console, connection, *flags);
                return Submissions(console, connection, *flags);
              }};
}

}  // namespace brainalign
