#ifndef BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// Where a layer's activations lie among Experiment::activation_tensors.
struct LayerSource {
  std::size_t tensor = 0;  // index of the tensor
  // Index on its first axis if the tensor has three axes; 0 for one that is a
  // layer as a whole.
  std::int64_t slice = 0;
};

// One subject's recording and one model's activations, as files hold them.
struct Experiment {
  AlignmentInputs inputs;
  // The tensors as they are stored, for upload: one (L, w, d), or one (w, d) a
  // layer. inputs.layers[l].activations are views of them.
  std::vector<Tensor> activation_tensors;
  std::vector<LayerSource> layer_sources;  // (L)
  // (L) true delay of each layer, where the experiment is a simulated one; else
  // empty.
  std::vector<double> truth_seconds;
  std::vector<std::string> notes;  // sentences about what was chosen or left aside
};

// Reads the folder `dir`; large files are mapped, not read. It holds
//   meg.npy          (w, s, T) epochs, or
//   continuous.npy   (s, samples) recording, with sfreq.npy (one number, Hz) and
//                    onsets.npy (w); meg.npy is taken where both are there
//   activations.npy  (L, w, d), or activations.safetensors: one (w, d) a layer,
//                    layers ordered by the numbers in their names where all have
//                    one, else as in the file; or a single (L, w, d)
//   times.npy        (T) seconds after word onset
// and, if known,
//   onsets.npy       (w) seconds            groups.npy  (w) session of each word
//   depth.npy        (L) relative depth; (l + 1) / L without it
//   words.tsv        a line of column names and a line a word; only counted
//   truth.npy        (L) seconds, as `brainalign simulate` writes it
// Checks which files there are, their types and numbers of axes; lengths and
// values are Alignment::Create's to check. NOT_FOUND, INVALID_ARGUMENT or, for a file
// that could not be read, FAILED_PRECONDITION, with one sentence that names the file and
// what would be right.
absl::StatusOr<Experiment> LoadExperiment(const std::string& dir);

// Of the same folder the recording alone, without layers; and the model alone, for a
// recording that is elsewhere: inputs.brain is left empty.
absl::StatusOr<Experiment> LoadRecording(const std::string& dir);
absl::StatusOr<Experiment> LoadModel(const std::string& dir);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_
