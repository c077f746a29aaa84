// brainalign recording: sealed recordings, which others score and nobody reads.
#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/recordings/recording_calls.h"
#include "client/session/align_remotely.h"

namespace brainalign {
namespace {

struct RecordingFlags {
  ServerFlags server;
  std::string directory;
  std::string recording;  // PROJECT/NAME, or the NAME of a new one
  std::string description;
  std::vector<std::string> projects;
  std::int64_t max_submissions = 0;
  int max_layers = 0;
  int limit = 100;
};

std::string LocalTime(double unix_seconds) {
  return absl::FormatTime("%Y-%m-%d %H:%M",
                          absl::FromUnixMicros(static_cast<std::int64_t>(unix_seconds * 1e6)),
                          absl::LocalTimeZone());
}

std::string Describe(const Recording& recording) {
  const std::vector<double>& times = recording.times_seconds;
  std::string text = absl::StrFormat(
      "%s  %d words, %d times from %.3f to %.3f s, %d of %d submissions left, at most %d layers",
      Printable(recording.recording), recording.words, times.size(),
      times.empty() ? 0.0 : times.front(), times.empty() ? 0.0 : times.back(),
      recording.submissions_left, recording.max_submissions, recording.max_layers);
  if (!recording.projects.empty()) {
    absl::StrAppend(&text, ", for ", Printable(absl::StrJoin(recording.projects, ", ")));
  }
  if (!recording.description.empty()) {
    absl::StrAppend(&text, "  ", Printable(recording.description));
  }
  return text + "\n";
}

int Seal(const Console& console, Connection& connection, const RecordingFlags& flags) {
  absl::StatusOr<Experiment> experiment = LoadRecording(flags.directory);
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  absl::StatusOr<RequestedBrain> brain = UploadBrain(connection, *experiment, nullptr);
  if (!brain.ok()) return console.FailCall(brain.status());
  const absl::StatusOr<Recording> sealed =
      SealRecording(connection, {.name = flags.recording,
                                 .description = flags.description,
                                 .brain = *std::move(brain),
                                 .projects = flags.projects,
                                 .max_submissions = flags.max_submissions,
                                 .max_layers = flags.max_layers});
  if (!sealed.ok()) return console.FailCall(sealed.status());
  console.out.Write(Describe(*sealed));
  return kExitDone;
}

int List(const Console& console, Connection& connection) {
  const absl::StatusOr<std::vector<Recording>> recordings = ListRecordings(connection);
  if (!recordings.ok()) return console.FailCall(recordings.status());
  if (recordings->empty()) console.Tell("no sealed recordings that you may score");
  for (const Recording& recording : *recordings) console.out.Write(Describe(recording));
  return kExitDone;
}

int Unseal(const Console& console, Connection& connection, const RecordingFlags& flags) {
  const absl::Status unsealed = UnsealRecording(connection, flags.recording);
  if (!unsealed.ok()) return console.FailCall(unsealed);
  console.Tell(absl::StrCat("nobody scores ", Printable(flags.recording), " any more"));
  return kExitDone;
}

int Submissions(const Console& console, Connection& connection, const RecordingFlags& flags) {
  const absl::StatusOr<std::vector<Submission>> submissions =
      ListSubmissions(connection, flags.recording, flags.limit);
  if (!submissions.ok()) return console.FailCall(submissions.status());
  for (const Submission& submission : *submissions) {
    console.out.Write(absl::StrCat(
        LocalTime(submission.create_time_unix_seconds), "  ", Printable(submission.project), "  ",
        Printable(submission.person), "  ", Printable(submission.job_id), "  ",
        absl::StrJoin(submission.activations, ","), "  ", Printable(submission.job_name), "\n"));
  }
  return kExitDone;
}

}  // namespace

CLI::Option* AddRecordingFlag(CLI::App& app, std::string& recording) {
  return app
      .add_option("--recording", recording,
                  "Score a sealed recording of the server (brainalign recording list) in the place "
                  "of the folder's, which then needs activations alone")
      ->type_name("PROJECT/NAME");
}

Verb AddRecording(CLI::App& root) {
  auto flags = std::make_shared<RecordingFlags>();
  CLI::App* app =
      root.add_subcommand("recording", "Sealed recordings: others score them, nobody reads them");
  app->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& help,
                       const std::string& example) {
    CLI::App* const made = app->add_subcommand(name, help);
    made->footer("Example:\n  brainalign recording " + example);
    AddServerFlags(*made, flags->server);
    return made;
  };
  CLI::App* const seal =
      add("seal", "Let other projects score the recording of an experiment's folder",
          "seal subject-1 experiment --for other-lab --max-submissions 50");
  seal->add_option("NAME", flags->recording, "Name of the recording in your project")->required();
  seal->add_option("DIR", flags->directory, "Folder with the recording")->required();
  seal->add_option("--description", flags->description, "What was heard, where the words are");
  seal->add_option("--for", flags->projects, "Who may submit (default: every project)")
      ->delimiter(',')
      ->type_name("PROJECT")
      ->allow_extra_args(false);
  seal->add_option("--max-submissions", flags->max_submissions,
                   "Submissions that each project may make in all (default: 100)")
      ->check(CLI::PositiveNumber);
  seal->add_option("--max-layers", flags->max_layers,
                   "Layers that one submission may have (default: 64)")
      ->check(CLI::PositiveNumber);
  CLI::App* const list = add("list", "Those that you may score", "list");
  CLI::App* const unseal =
      add("unseal", "Nobody scores it any more, and its project reads it again",
          "unseal lab/subject-1");
  CLI::App* const submissions =
      add("submissions", "Who scored what against a recording of your project, newest first",
          "submissions lab/subject-1");
  for (CLI::App* const named : {unseal, submissions}) {
    named->add_option("RECORDING", flags->recording, "PROJECT/NAME")->required();
  }
  submissions->add_option("--limit", flags->limit, "At most so many; 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return Verb{.app = app, .run = [=](Console& console) {
                absl::StatusOr<std::unique_ptr<Connection>> connection =
                    Connect(flags->server, console);
                if (!connection.ok()) return console.FailCall(connection.status());
                if (seal->parsed()) return Seal(console, **connection, *flags);
                if (list->parsed()) return List(console, **connection);
                if (unseal->parsed()) return Unseal(console, **connection, *flags);
                return Submissions(console, **connection, *flags);
              }};
}

}  // namespace brainalign
