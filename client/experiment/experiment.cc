#include "client/experiment/experiment.h"

#include <filesystem>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/experiment/activation_files.h"
#include "client/experiment/brain_files.h"
#include "client/experiment/vector_files.h"

namespace brainalign {
namespace {

absl::Status ReadDepths(const std::string& dir, std::vector<LayerInput>& layers) {
  if (!HasFile(dir, "depth.npy")) {
    for (std::size_t l = 0; l < layers.size(); ++l) {
      layers[l].relative_depth = static_cast<double>(l + 1) / static_cast<double>(layers.size());
    }
    return absl::OkStatus();
  }
  const absl::StatusOr<std::vector<double>> depths =
      ReadVectorOf(dir, "depth.npy", "the relative depth of each layer", layers.size(), "layer");
  if (!depths.ok()) return depths.status();
  for (std::size_t l = 0; l < layers.size(); ++l) layers[l].relative_depth = (*depths)[l];
  return absl::OkStatus();
}

absl::Status CheckWordTable(const std::string& dir, const std::vector<LayerInput>& layers) {
  if (!HasFile(dir, "words.tsv")) return absl::OkStatus();
  const absl::StatusOr<std::int64_t> rows = CountTableRows(dir, "words.tsv");
  if (!rows.ok()) return rows.status();
  const std::int64_t words = layers.front().activations.dim(0);
  if (*rows == words) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(FilePath(dir, "words.tsv"), " has ", *rows,
                   " rows below its line of column names, but the activations have ", words,
                   " words; one row a word is needed"));
}

absl::Status CheckFolder(const std::string& dir) {
  std::error_code ignored;
  if (std::filesystem::is_directory(dir, ignored)) return absl::OkStatus();
  return absl::NotFoundError(
      absl::StrCat(dir, " is not a folder; give the folder that holds the experiment's files"));
}

absl::Status AddBrain(const std::string& dir, Experiment& experiment) {
  absl::StatusOr<BrainInput> brain = ReadBrain(dir, experiment.notes);
  if (!brain.ok()) return brain.status();
  experiment.inputs.brain = *std::move(brain);
  return absl::OkStatus();
}

absl::Status AddModel(const std::string& dir, Experiment& experiment) {
  absl::Status status = ReadActivations(dir, experiment);
  if (status.ok()) status = ReadDepths(dir, experiment.inputs.layers);
  if (status.ok()) status = CheckWordTable(dir, experiment.inputs.layers);
  return status;
}

}  // namespace

absl::StatusOr<Experiment> LoadRecording(const std::string& dir) {
  Experiment experiment;
  absl::Status status = CheckFolder(dir);
  if (status.ok()) status = AddBrain(dir, experiment);
  if (!status.ok()) return status;
  return experiment;
}

absl::StatusOr<Experiment> LoadModel(const std::string& dir) {
  Experiment experiment;
  absl::Status status = CheckFolder(dir);
  if (status.ok()) status = AddModel(dir, experiment);
  if (!status.ok()) return status;
  return experiment;
}

absl::StatusOr<Experiment> LoadExperiment(const std::string& dir) {
  Experiment experiment;
  absl::Status status = CheckFolder(dir);
  if (status.ok()) status = AddBrain(dir, experiment);
  if (status.ok()) status = AddModel(dir, experiment);
  if (!status.ok()) return status;
  if (HasFile(dir, "truth.npy")) {
    absl::StatusOr<std::vector<double>> truth = ReadVectorOf(
        dir, "truth.npy", "the true delay of each layer", experiment.inputs.layers.size(), "layer");
    if (!truth.ok()) return truth.status();
    experiment.truth_seconds = *std::move(truth);
  }
  return experiment;
}

}  // namespace brainalign
