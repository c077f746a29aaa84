#include "client/experiment/experiment.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/activation_files.h"
#include "client/experiment/brain_files.h"
#include "client/experiment/layer_order.h"
#include "client/experiment/session_folders.h"
#include "client/experiment/session_recordings.h"
#include "client/experiment/session_starts.h"
#include "client/experiment/unfetched_file.h"
#include "client/experiment/vector_files.h"
#include "client/experiment/word_rows.h"
#include "client/experiment/word_table_file.h"

namespace brainalign {
namespace {

// Depths that follow the file's order while the layers follow their names would be other layers'.
absl::Status CheckDepthsRise(const std::string& dir, const std::vector<LayerInput>& layers) {
  for (std::size_t l = 1; l < layers.size(); ++l) {
    if (layers[l].relative_depth >= layers[l - 1].relative_depth) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(FilePath(dir, "depth.npy"), " falls from ", layers[l - 1].relative_depth,
                     " to ", layers[l].relative_depth,
                     " although by the numbers in their names the layers continue after ",
                     QuoteName(layers[l - 1].name), " to ", QuoteName(layers[l].name),
                     "; it must hold the depths in the order of the layers (give that with "
                     "--layer-order or layers.txt if it is another)"));
  }
  return absl::OkStatus();
}

absl::Status ReadDepths(const std::string& dir, bool ordered_by_names,
                        std::vector<LayerInput>& layers) {
  if (!HasFile(dir, "depth.npy")) {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      layers[l].relative_depth = static_cast<double>(l + 1) / static_cast<double>(layers.size());
    }
    return absl::OkStatus();
  }
  const absl::StatusOr<std::vector<double>> depths =
      ReadVector(dir, "depth.npy", "the relative depth of each layer");
  if (!depths.ok()) return depths.status();
  if (depths->size() != layers.size()) {
    const Tensor& first = layers.front().activations;
    const bool are_exchanged =
        first.rank() == 2 && first.dim(0) == static_cast<std::int64_t>(depths->size());
    return absl::InvalidArgumentError(absl::StrCat(
        FilePath(dir, "depth.npy"), " holds ", depths->size(), " numbers, but there are ",
        layers.size(), " layers; it must hold the relative depth of each layer",
        are_exchanged ? absl::StrCat(". The second axis of the activations has ", depths->size(),
                                     ": they look like (words, layers, dimensions); exchange the "
                                     "first two axes, (layers, words, dimensions) is needed")
                      : ""));
  }
  for (std::size_t l = 0; l < layers.size(); ++l) layers[l].relative_depth = (*depths)[l];
  return ordered_by_names ? CheckDepthsRise(dir, layers) : absl::OkStatus();
}

absl::Status CheckFolder(const std::string& dir) {
  std::error_code ignored;
  if (std::filesystem::is_directory(dir, ignored)) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(dir, " is not a folder; give the folder that holds the experiment's files"));
}

// Files about the recording that other commands and --rigour read.
absl::Status CheckFilesBeside(const std::string& dir) {
  for (const char* const name : {"items.npy", "channels.tsv"}) {
    if (absl::Status status = CheckUnread(FilePath(dir, name)); !status.ok()) return status;
  }
  const char* const items = "items.npy";
  if (!HasFile(dir, items)) return absl::OkStatus();
  const absl::StatusOr<Tensor> array = OpenArray(dir, items, "one number for each word");
  if (!array.ok() || array->element_count() > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(FilePath(dir, items),
                   " has no entries; it must hold one number for each word, or be absent"));
}

// The word table of the folder, and what the sides that were read have of it.
absl::Status AddWords(const std::string& dir, Experiment& experiment) {
  absl::StatusOr<std::optional<WordTableFile>> found = FindWordTable(dir, experiment.notes);
  if (!found.ok()) return found.status();
  AlignmentInputs& inputs = experiment.inputs;
  const bool has_brain = inputs.brain.is_continuous() || inputs.brain.epochs.rank() != 0;
  if (found->has_value()) {
    WordTableFile& table = **found;
    absl::Status status = CheckWordsOfSessions(experiment.session_folders, table.words(),
                                               absl::StrCat(table.path, " has"));
    if (status.ok() && has_brain) status = JoinBrain(table, inputs.brain, experiment.notes);
    if (status.ok() && !inputs.layers.empty()) {
      status = CheckRows(table, inputs.layers.front().activations.dim(0), "the activations have");
    }
    if (!status.ok()) return status;
    experiment.words = std::move(table.columns);
    experiment.words_path = std::move(table.path);
  }
  return has_brain ? CheckOnsetsAreThere(dir, inputs.brain) : absl::OkStatus();
}

// Sessions, and what was done to a continuous recording. Needs the onsets.
absl::Status AddRecordingFacts(const std::string& dir, Experiment& experiment) {
  BrainInput& brain = experiment.inputs.brain;
  const std::vector<SessionFolder>& folders = experiment.session_folders;
  if (brain.sessions.empty() && folders.size() > 1) brain.sessions = SessionsOfWords(folders);
  if (!brain.is_continuous()) return absl::OkStatus();
  if (HasFile(dir, kPreparationFile)) {
    absl::StatusOr<Preparation> preparation = ReadPreparation(dir);
    if (!preparation.ok()) return preparation.status();
    experiment.notes.insert(experiment.notes.end(), preparation->notes.begin(),
                            preparation->notes.end());
    experiment.preparation = *std::move(preparation);
  } else {
    absl::StatusOr<std::optional<Preparation>> preparation =
        ReadPreparations(folders, brain.session_starts, experiment.notes);
    if (!preparation.ok()) return preparation.status();
    experiment.preparation = *std::move(preparation);
  }
  if (brain.session_starts.empty()) return absl::OkStatus();
  // A folder of sessions says that one session is all, whatever the groups are.
  return folders.empty() ? JoinSessionStarts("session_starts.npy", 2, brain)
                         : JoinSessionStarts("sessions/", 1, brain);
}

absl::Status AddSignal(const std::vector<Tensor>& session_signals, const std::stop_token& stop,
                       Experiment& experiment) {
  if (session_signals.empty()) return absl::OkStatus();
  return JoinSessions(session_signals, stop, experiment.inputs.brain);
}

absl::Status AddModel(const std::string& dir, const std::string& layer_order,
                      Experiment& experiment) {
  absl::Status status = ReadActivations(dir, layer_order, experiment);
  if (status.ok()) {
    status = ReadDepths(dir, experiment.ordered_by_names, experiment.inputs.layers);
  }
  return status;
}

}  // namespace

Experiment ExperimentOf(AlignmentInputs inputs) {
  Experiment experiment;
  for (const LayerInput& layer : inputs.layers) {
    experiment.layer_sources.push_back({.tensor = experiment.activation_tensors.size()});
    experiment.activation_tensors.push_back(layer.activations);
  }
  experiment.layer_order = "as the program gave them";
  experiment.inputs = std::move(inputs);
  return experiment;
}

absl::StatusOr<Experiment> LoadRecording(const std::string& dir, const std::stop_token& stop) {
  Experiment experiment;
  absl::Status status = CheckFolder(dir);
  if (!status.ok()) return status;
  const absl::StatusOr<std::vector<Tensor>> session_signals = ReadBrain(dir, experiment);
  if (!session_signals.ok()) return session_signals.status();
  status = AddWords(dir, experiment);
  if (status.ok()) status = CheckFilesBeside(dir);
  if (status.ok()) status = AddRecordingFacts(dir, experiment);
  if (status.ok()) status = AddSignal(*session_signals, stop, experiment);
  if (!status.ok()) return status;
  return experiment;
}

absl::StatusOr<Experiment> LoadModel(const std::string& dir, const std::string& layer_order) {
  Experiment experiment;
  absl::Status status = CheckFolder(dir);
  if (status.ok()) status = AddModel(dir, layer_order, experiment);
  if (status.ok()) status = AddWords(dir, experiment);
  if (!status.ok()) return status;
  return experiment;
}

absl::StatusOr<Experiment> LoadExperiment(const std::string& dir, const std::string& layer_order,
                                          const std::stop_token& stop) {
  Experiment experiment;
  absl::Status status = CheckFolder(dir);
  if (!status.ok()) return status;
  const absl::StatusOr<std::vector<Tensor>> session_signals = ReadBrain(dir, experiment);
  if (!session_signals.ok()) return session_signals.status();
  status = AddModel(dir, layer_order, experiment);
  if (status.ok()) status = AddWords(dir, experiment);
  if (status.ok()) status = CheckFilesBeside(dir);
  if (status.ok()) status = AddRecordingFacts(dir, experiment);
  if (status.ok()) {
    status = CheckWordsOfSessions(experiment.session_folders,
                                  experiment.inputs.layers.front().activations.dim(0),
                                  absl::StrCat("the activations in ", dir, " have"));
  }
  if (!status.ok()) return status;
  if (HasFile(dir, "truth.npy")) {
    absl::StatusOr<std::vector<double>> truth = ReadVectorOf(
        dir, "truth.npy", "the true delay of each layer", experiment.inputs.layers.size(), "layer");
    if (!truth.ok()) return truth.status();
    experiment.truth_seconds = *std::move(truth);
  }
  status = AddSignal(*session_signals, stop, experiment);
  if (!status.ok()) return status;
  return experiment;
}

}  // namespace brainalign
