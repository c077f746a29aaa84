#include "client/cli/rigour_run.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/nuisance_flags.h"
#include "client/cli/terminal/text.h"
#include "client/experiment/unfetched_file.h"
#include "client/naming/typed_names.h"
#include "client/rigour/neighbours.h"
#include "core/align/input_checks.h"
#include "core/align/previous_words.h"
#include "core/problem/equal_sessions.h"
#include "core/problem/nuisance.h"
#include "core/problem/sessions.h"

namespace brainalign {
namespace {

constexpr char kUntrained[] = "untrained";
constexpr char kNeighbours[] = "neighbours";
constexpr char kPreviousWords[] = "previous_words";

// A part that cannot be had alone, where the others can.
bool IsOfThisPart(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsFailedPrecondition(status) ||
         absl::IsInternal(status);
}

absl::Status CheckSameShape(const Experiment& experiment, const Experiment& model,
                            const std::string& folder) {
  // Layers that a server keeps are not known here.
  if (experiment.inputs.layers.empty()) return absl::OkStatus();
  const auto differ = [&](const char* what, std::int64_t has, std::int64_t trained) {
    return absl::InvalidArgumentError(absl::StrCat("The untrained model in ", folder, " has ", has,
                                                   " ", what, ", and the trained one has ", trained,
                                                   "; give the same layers of the same words."));
  };
  if (model.inputs.layers.size() != experiment.inputs.layers.size()) {
    return differ("layers", std::ssize(model.inputs.layers), std::ssize(experiment.inputs.layers));
  }
  const Tensor& trained = experiment.inputs.layers.front().activations;
  const Tensor& untrained = model.inputs.layers.front().activations;
  if (trained.rank() == 2 && untrained.rank() == 2 && trained.dim(0) != untrained.dim(0)) {
    return differ("words", untrained.dim(0), trained.dim(0));
  }
  return absl::OkStatus();
}

// Of the word table, in seconds.
constexpr char kDurationColumn[] = "duration";

// Whether the words that are used have two values of the column (w, 1), and none is missing.
bool Varies(const Tensor& column, const BrainInput& brain) {
  std::optional<double> first;
  bool varies = false;
  bool is_complete = true;
  ForEachSelected(brain, column.dim(0), [&](std::int64_t word) {
    const double value = column.At(word);
    if (!first) first = value;
    varies = varies || value != *first;
    is_complete = is_complete && std::isfinite(value);
  });
  return varies && is_complete;
}

// Makes `previous` of the experiment: with the vectors of the word before as nuisance.
NuisanceOfRigour TakePreviousWords(const NuisanceSource& source, const AlignmentFlags& alignment,
                                   const Experiment& experiment,
                                   std::optional<Experiment>& previous) {
  if (!source.why_none.empty()) return {{}, source.why_none};
  if (!source.why_no_sessions.empty()) return {{}, source.why_no_sessions};
  absl::StatusOr<PreviousWords> vectors = VectorsOfPreviousWords(
      source.inputs, 1, ComponentsOfPrevious(alignment.pca), /*beside=*/Tensor());
  if (!vectors.ok()) return {{}, absl::StrCat("@previous:1 ", vectors.status().message())};
  previous = experiment;
  previous->inputs.nuisance = std::move(vectors->values);
  previous->nuisance_names = vectors->names;
  return {std::move(vectors->names), ""};
}

void AppendList(const char* head, const std::vector<std::string>& sentences, std::string& text) {
  absl::StrAppend(&text, head, "\n");
  if (sentences.empty()) text += "  nothing\n";
  for (const std::string& sentence : sentences) {
    absl::StrAppend(&text, "  - ", Printable(AsTyped(sentence)), "\n");
  }
}

}  // namespace

absl::StatusOr<std::optional<Experiment>> LoadUntrained(const Experiment& experiment,
                                                        const std::string& directory,
                                                        const std::string& untrained,
                                                        const std::string& layer_order) {
  std::string folder = untrained;
  if (folder.empty()) {
    if (directory.empty()) return std::nullopt;
    folder = (std::filesystem::path(directory) / kUntrained).string();
    if (absl::Status status = CheckFetched(folder); !status.ok()) return status;
    std::error_code ignored;
    if (!std::filesystem::exists(folder, ignored)) return std::nullopt;
    if (!std::filesystem::is_directory(folder, ignored)) {
      return absl::InvalidArgumentError(absl::StrCat(
          folder,
          " is a file; it must be a folder that holds the activations of the untrained "
          "model (or rename it)"));
    }
  }
  absl::StatusOr<Experiment> model = LoadModel(folder, layer_order);
  if (!model.ok()) return model.status();
  if (absl::Status status = CheckSameShape(experiment, *model, folder); !status.ok()) return status;
  Experiment with = experiment;
  with.inputs.layers = std::move(model->inputs.layers);
  with.activation_tensors = std::move(model->activation_tensors);
  with.layer_sources = std::move(model->layer_sources);
  with.layer_order = std::move(model->layer_order);
  with.ordered_by_names = model->ordered_by_names;
  with.truth_seconds.clear();
  return with;
}

NuisanceOfRigour TakeNuisance(const NuisanceSource& source, Experiment& experiment) {
  if (!experiment.nuisance_names.empty()) return {experiment.nuisance_names, ""};
  if (!source.why_none.empty()) return {{}, source.why_none};
  const BrainInput& brain = source.inputs.brain;
  for (const char* const name : {kPositionColumn, kIntervalColumn, kDurationColumn}) {
    if (IsComputedColumn(name) && !source.why_no_sessions.empty()) continue;
    const absl::StatusOr<Tensor> one = GatherNuisance({name}, source.words, Tensor(), brain);
    if (one.ok() && Varies(*one, brain)) experiment.nuisance_names.emplace_back(name);
  }
  if (experiment.nuisance_names.empty() && !source.why_no_sessions.empty()) {
    return {{}, absl::StrCat(source.why_no_sessions, ", and no column duration varies")};
  }
  if (experiment.nuisance_names.empty()) {
    return {{},
            "neither the position of the words, nor the interval between them, nor a column "
            "duration varies"};
  }
  absl::StatusOr<Tensor> gathered =
      GatherNuisance(experiment.nuisance_names, source.words, Tensor(), brain);
  if (!gathered.ok()) return {{}, std::string(gathered.status().message())};
  experiment.inputs.nuisance = *std::move(gathered);
  return {experiment.nuisance_names, ""};
}

absl::Status SetNuisanceOfParts(const ExperimentSource& source, const AlignmentFlags& alignment,
                                Connection* connection, Experiment& experiment,
                                OtherExperiments& others, std::vector<RigourJob>& jobs) {
  NuisanceSource of_words;
  if (source.is_kept()) {
    const NuisanceNeeds needs = {.columns = {kDurationColumn},
                                 .sessions = true,
                                 .first_layer = WantsPreviousWords(jobs),
                                 .where = alignment.where};
    absl::StatusOr<NuisanceSource> kept =
        ReadKeptSource(*connection, source.recording, source.model, experiment, needs);
    if (!kept.ok()) return kept.status();
    of_words = *std::move(kept);
  } else {
    of_words = SourceOf(experiment);
  }
  SetNuisance(TakeNuisance(of_words, experiment), jobs);
  const bool is_asked_for =
      std::any_of(experiment.nuisance_names.begin(), experiment.nuisance_names.end(),
                  [](const std::string& name) { return absl::StartsWith(name, "@previous:"); });
  if (is_asked_for) {
    SetPreviousWords({{}, "the part nuisance has the vectors of previous words already"}, jobs);
  } else if (WantsPreviousWords(jobs)) {
    SetPreviousWords(TakePreviousWords(of_words, alignment, experiment, others.previous), jobs);
  }
  return absl::OkStatus();
}

std::string WhyNoSwapsOf(const Experiment& experiment) {
  const BrainInput& brain = experiment.inputs.brain;
  std::vector<FieldProblem> problems;
  CheckShapes(brain, problems);
  // At a server, or wrong: then the first part is refused.
  if (!problems.empty()) return "";
  const Sessions sessions = SessionsOf(brain);
  const std::string why = WhyNoSwaps(sessions, EpochsOf(brain, sessions));
  return why.empty() ? "" : absl::StrCat(why, ", and swaps need ", kLeastSwappedSessions);
}

int RunParts(const Console& console, const std::vector<RigourJob>& jobs,
             const Experiment& experiment, const OtherExperiments& others,
             const ComputeJob& compute, std::vector<RigourPartResult>& parts) {
  for (const RigourJob& job : jobs) {
    RigourPartResult part{job, std::nullopt, job.why_not};
    const bool is_untrained = job.name == kUntrained;
    if (is_untrained && !others.untrained.has_value()) {
      part.why_not =
          "no untrained model was given (--untrained DIR, or a folder untrained in that of the "
          "experiment)";
    }
    Experiment neighbours;
    if (part.why_not.empty() && job.name == kNeighbours) {
      const AlignmentResult& strict = parts.front().result->alignment;
      absl::StatusOr<AlignmentInputs> inputs = WithNeighbours(experiment.inputs, BestLayer(strict));
      if (inputs.ok()) {
        neighbours = ExperimentOf(*std::move(inputs));
        neighbours.words = experiment.words;
        neighbours.words_path = experiment.words_path;
        KeepFolds(strict.spec, part.job.options);
      } else {
        part.why_not = std::string(inputs.status().message());
      }
    }
    if (part.why_not.empty()) {
      const Experiment& of = is_untrained                 ? *others.untrained
                             : job.name == kNeighbours    ? neighbours
                             : job.name == kPreviousWords ? *others.previous
                                                          : experiment;
      console.Tell(absl::StrCat("part ", parts.size() + 1, " of ", jobs.size(), ": ", job.name));
      ComputedJob computed = compute(of, part.job.options, job.name);
      if (computed.result.ok()) {
        part.result = *std::move(computed.result);
      } else {
        const absl::Status& status = computed.result.status();
        if (parts.empty() || console.stop.stop_requested() || !IsOfThisPart(status)) {
          return computed.fail();
        }
        part.why_not =
            absl::StrCat("its job was refused or failed: ", AsTyped(std::string(status.message())));
        console.Tell(
            absl::StrCat("part ", job.name, " is left out, as ", PrintableLines(part.why_not)));
      }
    }
    parts.push_back(std::move(part));
  }
  return kExitDone;
}

std::string VerdictText(const Verdict& verdict) {
  std::string text = "\nVerdict (docs/rigour.md has the rules)\n";
  AppendList("established", verdict.established, text);
  AppendList("not established", verdict.not_established, text);
  AppendList("not testable", verdict.not_testable, text);
  AppendList("described, without a test", verdict.described, text);
  return text;
}

}  // namespace brainalign
