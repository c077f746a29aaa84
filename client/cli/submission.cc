#include "client/cli/submission.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/experiment_names.h"
#include "client/cli/local_alignment.h"
#include "client/cli/nuisance_flags.h"
#include "client/cli/nuisance_source.h"
#include "client/cli/terminal/text.h"
#include "client/cli/terminal/upload_bar.h"
#include "client/jobs/check_limits.h"
#include "client/recordings/recording_calls.h"
#include "client/resources/model_calls.h"
#include "client/resources/word_table_calls.h"
#include "client/retry/retry.h"
#include "core/align/input_checks.h"
#include "core/printable.h"
#include "core/problem/delays.h"
#include "core/problem/select_words.h"
#include "core/words/text_column.h"

namespace brainalign {
namespace {

// INVALID_ARGUMENT if the folder is left out and needed, or given and not.
absl::StatusOr<Experiment> Load(const ExperimentSource& source, const std::stop_token& stop) {
  const auto& [directory, layer_order, recording, model] = source;
  const bool is_all_there = !recording.empty() && !model.empty();
  if (directory.empty() && !is_all_there) {
    return absl::InvalidArgumentError(
        "DIR is missing: name the folder of the experiment, or both --recording and --model.");
  }
  if (is_all_there && !directory.empty()) {
    return absl::InvalidArgumentError(
        "DIR is given together with --recording and --model, which replace all of its files; leave "
        "one out.");
  }
  if (is_all_there) return Experiment();
  if (!recording.empty()) return LoadModel(directory, layer_order);
  if (!model.empty()) return LoadRecording(directory, stop);
  return LoadExperiment(directory, layer_order, stop);
}

// By the word table of the experiment in `directory`. INVALID_ARGUMENT, naming the flag, for a
// condition that does not fit the table, and if there is no table.
absl::Status SelectWordsOf(const std::string& directory, const std::string& where,
                           Experiment& experiment) {
  if (where.empty()) return absl::OkStatus();
  if (experiment.words.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--where is '", Printable(where), "', but ", directory,
                     " holds no word table; put a words.tsv there (docs/words.md)."));
  }
  const absl::Status selected = SelectWords(experiment.words, where, experiment.inputs.brain);
  if (selected.ok()) return selected;
  return absl::InvalidArgumentError(absl::StrCat("--where ", selected.message(), "."));
}

// What a server would say of the delays only after the upload. INVALID_ARGUMENT, naming the option.
absl::Status CheckDelays(const AlignmentFlags& flags, const BrainInput& brain) {
  if (flags.delays.empty()) return absl::OkStatus();
  static constexpr char kField[] = "options.delays";
  std::vector<FieldProblem> problems;
  ResolveOptions(ToOptions(flags), /*has_groups=*/true, /*epoch_seconds=*/0, problems);
  std::erase_if(problems, [](const FieldProblem& problem) { return problem.field != kField; });
  const bool has_brain = brain.is_continuous() || brain.epochs.rank() != 0;
  std::vector<FieldProblem> shapes;
  if (problems.empty() && has_brain) CheckShapes(brain, shapes);
  if (problems.empty() && has_brain && shapes.empty()) {
    std::string why = DescribeDelaysOutOfReach(flags.delays, brain);
    if (!why.empty()) problems.push_back({kField, absl::StrCat("delays ", why)});
  }
  return ProblemsToStatus(problems);
}

}  // namespace

AlignmentOptions OptionsFor(const AlignmentFlags& alignment, const Experiment& experiment) {
  AlignmentOptions options = ToOptions(alignment);
  options.nuisance = experiment.nuisance_names;
  return options;
}

int LoadToAlign(Console& console, const ExperimentSource& source, const AlignmentFlags& alignment,
                const FilterFlags& filter, Experiment& experiment) {
  absl::StatusOr<Experiment> loaded = Load(source, console.stop);
  if (absl::IsCancelled(loaded.status())) return console.Stopped();
  if (!loaded.ok()) return console.Fail(kExitWrongInput, loaded.status());
  experiment = *std::move(loaded);
  if (!source.is_kept()) {
    const absl::Status selected = SelectWordsOf(source.directory, alignment.where, experiment);
    if (!selected.ok()) return console.Fail(kExitWrongInput, selected);
  }
  if (!source.is_kept()) {
    const absl::Status read = ReadNuisance(alignment, SourceOf(experiment), experiment);
    if (!read.ok()) return console.Fail(kExitWrongInput, read);
  }
  if (const absl::Status delays = CheckDelays(alignment, experiment.inputs.brain); !delays.ok()) {
    return console.Fail(kExitWrongInput, delays);
  }
  console.names = NamesOf(experiment, source.directory);
  if (const int wrong = PrepareAsAsked(console, filter, experiment); wrong != kExitDone) {
    return wrong;
  }
  console.TellNotes(experiment.notes);
  return kExitDone;
}

absl::Status ReadNuisanceKept(const Console& console, Connection& connection,
                              const ExperimentSource& source, const AlignmentFlags& alignment,
                              Experiment& experiment) {
  if (!source.is_kept() || !AsksForNuisance(alignment)) return absl::OkStatus();
  const absl::StatusOr<NuisanceNeeds> needs = NeedsOf(alignment);
  if (!needs.ok()) return needs.status();
  const PassingLine reading(console, "the nuisance is read from the server");
  const absl::StatusOr<NuisanceSource> read =
      ReadKeptSource(connection, source.recording, source.model, experiment, *needs);
  if (!read.ok()) return read.status();
  const std::size_t told = experiment.notes.size();
  absl::Status status = ReadNuisance(alignment, *read, experiment);
  if (!status.ok()) return status;
  experiment.notes.insert(experiment.notes.end(), read->notes.begin(), read->notes.end());
  console.TellNotes(
      {experiment.notes.begin() + static_cast<std::ptrdiff_t>(told), experiment.notes.end()});
  return status;
}

bool TellOfLongWait(const Console& console, const std::string& why, double seconds) {
  if (!console.quiet || seconds <= RetryOptions().max_delay_seconds) return false;
  console.err.Write(absl::StrCat("brainalign: waiting: ", Printable(AsTyped(why)), "\n"));
  return true;
}

absl::StatusOr<UploadedExperiment> UploadExperiment(const Console& console, Client& client,
                                                    const Experiment& experiment) {
  if (console.quiet) {
    bool told = false;
    return client.Upload(experiment, [&](const UploadProgress& progress) {
      if (told || progress.interruption.empty()) return;
      told = TellOfLongWait(console, progress.interruption, progress.retry_in_seconds);
    });
  }
  UploadBar bar(console.err, SystemClock());
  absl::StatusOr<UploadedExperiment> uploaded =
      client.Upload(experiment, [&bar](const UploadProgress& progress) { bar.Show(progress); });
  if (uploaded.ok()) bar.Finish();
  return uploaded;
}

absl::Status CheckBeforeUpload(const Console& console, Client& client, const Experiment& experiment,
                               const SubmitOptions& options) {
  const ServerInfo& server = client.server_info();
  absl::Status fits = CheckLimits(server, experiment, options.alignment);
  fits.Update(CheckJobName(server, options.name));
  if (!fits.ok()) return fits;
  return CheckMemory(console, server, experiment.inputs, options.alignment);
}

absl::StatusOr<Job> SubmitExperiment(const Console& console, Client& client,
                                     const Experiment& experiment, const SubmitOptions& options) {
  absl::Status fits = CheckBeforeUpload(console, client, experiment, options);
  if (fits.ok() && !options.recording.empty()) {
    fits = GetRecording(client.connection(), options.recording).status();
  }
  if (fits.ok() && !options.model.empty()) {
    fits = GetModel(client.connection(), options.model).status();
  }
  if (!fits.ok()) return fits;
  const absl::StatusOr<UploadedExperiment> uploaded = UploadExperiment(console, client, experiment);
  if (!uploaded.ok()) return uploaded.status();
  return SubmitUploaded(console, client, experiment, *uploaded, options);
}

absl::StatusOr<Job> SubmitUploaded(const Console& console, Client& client,
                                   const Experiment& experiment, const UploadedExperiment& uploaded,
                                   const SubmitOptions& options) {
  SubmitOptions with_words = options;
  // The server tests the condition on it, or compares its words with those of what it keeps itself.
  const bool has_words =
      std::any_of(experiment.words.begin(), experiment.words.end(), [](const WordValues& column) {
        return column.type == WordColumnType::kText ||
               FindName({column.name}, TextColumnNames()) >= 0;
      });
  const bool is_beside_a_name = !options.recording.empty() || !options.model.empty();
  const BrainInput& brain = experiment.inputs.brain;
  const bool has_folder =
      !experiment.inputs.layers.empty() || brain.is_continuous() || brain.epochs.rank() > 0;
  if (is_beside_a_name && !has_words && has_folder) {
    console.TellNotes(
        {"Whether the words of the folder are those of what the server keeps was not "
         "checked: the folder has no words."});
  }
  if (!experiment.words.empty() &&
      ((has_words && is_beside_a_name) || !options.alignment.where.empty())) {
    absl::StatusOr<WordTable> table = KeepWordTable(client.connection(), experiment.words);
    if (!table.ok()) return table.status();
    with_words.word_table_digest = std::move(table->digest);
  }
  const PassingLine checking(console, "the server checks the data and plans the job");
  return client.Submit(uploaded, with_words);
}

int FailSubmission(const Console& console, const absl::Status& status) {
  if (!console.stop.stop_requested()) return console.FailCall(status);
  console.err.Write(
      "Stopped. The server keeps what it received: the same command continues from there.\n");
  return kExitInterrupted;
}

}  // namespace brainalign
