#ifndef BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/experiment/preparation.h"
#include "core/problem/inputs.h"
#include "core/tensor/tensor.h"
#include "core/words/word_values.h"

namespace brainalign {

// Where a layer's activations lie among Experiment::activation_tensors.
struct LayerSource {
  std::size_t tensor = 0;  // index of the tensor
  // Index on its first axis if the tensor has three axes; 0 for one that is a
  // layer as a whole.
  std::int64_t slice = 0;
};

// One subject's recording and one model's activations, as files hold them, or as a program has
// them (ExperimentOf).
struct Experiment {
  AlignmentInputs inputs;
  // The tensors as they are stored, for upload: one (L, w, d), or one (w, d) a
  // layer. inputs.layers[l].activations are views of them.
  std::vector<Tensor> activation_tensors;
  std::vector<LayerSource> layer_sources;  // (L)
  // Where the order of the layers comes from, as a clause: "by the numbers in their names".
  std::string layer_order;
  bool ordered_by_names = false;  // it is read from the names, and not given
  // (L) true delay of each layer, where the experiment is a simulated one; else
  // empty.
  std::vector<double> truth_seconds;
  // The columns of the word table in the folder, and its file; empty: there is none.
  WordTableValues words = {};
  std::string words_path = {};
  // Sample of a continuous recording at which each session begins; empty: it is not given.
  std::vector<std::int64_t> session_starts = {};
  // Names of the columns of inputs.nuisance, for AlignmentOptions::nuisance.
  std::vector<std::string> nuisance_names = {};
  // What was done to the recording before; nothing: it is not known that anything was.
  std::optional<Preparation> preparation = std::nullopt;
  std::vector<std::string> notes;  // sentences about what was chosen or left aside
};

// Of inputs that a program has in memory, or mapped: each layer's activations (w, d) are uploaded
// as a tensor of their own. Checks nothing; Alignment::Create and the server do.
Experiment ExperimentOf(AlignmentInputs inputs);

// Reads the folder `dir`; large files are mapped, not read. It holds
//   meg.npy          (w, s, T) epochs, or
//   continuous.npy   (s, samples) recording, with sfreq.npy (one number, Hz) and
//                    onsets.npy (w); meg.npy is taken where both are there
//   activations.npy  (L, w, d), or activations.safetensors: one (w, d) a layer,
//                    in the order that their names tell; or a single (L, w, d)
//   times.npy        (T) seconds after word onset
// and, if known,
//   onsets.npy       (w) seconds
//   groups.npy       (w) session or story of each word
//   sessions.npy     (w) session of each word, where groups are something else
//   session_starts.npy  sample of continuous.npy at which each session begins; gives sessions, too
//   preparation.json what `brainalign filter` did to continuous.npy
//   layers.txt       the names of the layers to be taken, in order, one a line; of an array of
//                    three axes the names of all, or layer.I for the index I of its first axis
//   depth.npy        (L) relative depth, in that order; (l + 1) / L without it
//   words.tsv        the word table (docs/words.md), or words.csv, or a *_events.tsv of BIDS: one
//   row
//                    a word. Onsets, groups and sessions are taken from it where there is no file
//                    of them. Refused if its onsets differ from onsets.npy, with the first word
//                    that does.
//   truth.npy        (L) seconds, as `brainalign simulate` writes it
// A file that is named and cannot be read, or holds nothing, is not the same as none.
// Checks which files there are, their types and numbers of axes; lengths and
// values are Alignment::Create's to check. NOT_FOUND, INVALID_ARGUMENT or, for a file
// that could not be read, FAILED_PRECONDITION, with one sentence that names the file and
// what would be right.
// `layer_order` takes the place of layers.txt: names between commas, or a file with one a line.
absl::StatusOr<Experiment> LoadExperiment(const std::string& dir,
                                          const std::string& layer_order = "");

// Of the same folder the recording alone, without layers; and the model alone, for a
// recording that is elsewhere: inputs.brain is left empty.
absl::StatusOr<Experiment> LoadRecording(const std::string& dir);
absl::StatusOr<Experiment> LoadModel(const std::string& dir, const std::string& layer_order = "");

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_
