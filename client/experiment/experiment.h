#ifndef BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_

#include <cstdint>
#include <optional>
#include <stop_token>
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

// One session of a recording that is given session by session.
struct SessionFolder {
  std::string path;
  std::int64_t words = 0;
};

// One subject's recording and one model's activations, from files (LoadExperiment) or from memory
// (ExperimentOf).
struct Experiment {
  AlignmentInputs inputs;
  // The tensors as they are stored, for upload: one (L, w, d), or one (w, d) a
  // layer. inputs.layers[l].activations are views of them.
  std::vector<Tensor> activation_tensors;
  std::vector<LayerSource> layer_sources;  // (L)
  // Where the order of the layers comes from, as a clause: "by the numbers in their names".
  std::string layer_order;
  bool ordered_by_names = false;  // whether the order comes from the names of the layers
  // (L) true delay of each layer in seconds, if the experiment is simulated; else empty.
  std::vector<double> truth_seconds;
  // The columns of the word table in the folder, and its file; empty if there is none.
  WordTableValues words = {};
  std::string words_path = {};
  // Names of the columns of inputs.nuisance, for AlignmentOptions::nuisance.
  std::vector<std::string> nuisance_names = {};
  // The filtering and resampling of the recording by brainalign; nothing: unknown, or none.
  std::optional<Preparation> preparation = std::nullopt;
  // Where the recording was read from, if it was given session by session; in order.
  std::vector<SessionFolder> session_folders = {};
  std::vector<std::string> notes;  // sentences about files that were chosen or ignored
};

// An experiment from inputs in memory or in mapped files. The activations (w, d) of each layer are
// uploaded as a tensor of their own. Checks nothing; Alignment::Create and the server check the
// inputs.
Experiment ExperimentOf(AlignmentInputs inputs);

// Reads the folder `dir`; large files are mapped, not read. It holds
//   meg.npy          (w, s, T) epochs, or
//   continuous.npy   (s, samples) recording, with sfreq.npy (one number, Hz) and onsets.npy (w). If
//                    both exist, meg.npy is used; or
//   sessions/NAME/   a folder for each session, with continuous.npy and onsets.npy (seconds from
//   the
//                    session's own start), or with meg.npy; and sfreq.npy, if it is not in `dir`.
//                    The words of the other files are those of all sessions, one after another
//   activations.npy  (L, w, d), or activations.safetensors: one (w, d) per layer, in the order of
//                    the numbers in their names; or a single (L, w, d)
//   times.npy        (T) seconds after word onset
// and optionally
//   onsets.npy       (w) seconds
//   groups.npy       (w) session or story of each word
//   sessions.npy     (w) session of each word, if groups are something else
//   session_starts.npy  sample of continuous.npy at which each session begins; also gives sessions
//   sessions.txt     the folders in sessions/ in their order, one name per line, if the numbers in
//                    the names do not give it
//   preparation.json what `brainalign filter` did to continuous.npy
//   layers.txt       the names of the layers to use, in order, one per line. For an array of three
//                    axes: the names of all layers, or layer.I for index I of the first axis
//   depth.npy        (L) relative depth, in that order; default (l + 1) / L
//   words.tsv        the word table (docs/words.md), or words.csv, or a *_events.tsv of BIDS, with
//                    one row per word. It gives onsets, groups and sessions that have no file. If
//                    its onsets differ from onsets.npy, the error names the first such word.
//   truth.npy        (L) seconds, as `brainalign simulate` writes it
// A file that exists and cannot be read, or is empty, is an error. Checks types and numbers of
// axes; Alignment::Create checks lengths and values. Errors, each a sentence that names the file
// and what would be right: NOT_FOUND, INVALID_ARGUMENT, or FAILED_PRECONDITION for a file that
// could not be read. `layer_order` replaces layers.txt: names separated by commas, or a file with
// one name per line. Several sessions are joined in a temporary file in
// $TMPDIR or /var/tmp, which can take minutes; CANCELLED if `stop` is requested meanwhile.
absl::StatusOr<Experiment> LoadExperiment(const std::string& dir,
                                          const std::string& layer_order = "",
                                          const std::stop_token& stop = {});

// Read only the recording of the folder, or only the activations (then inputs.brain is empty).
// Errors as LoadExperiment.
absl::StatusOr<Experiment> LoadRecording(const std::string& dir, const std::stop_token& stop = {});
absl::StatusOr<Experiment> LoadModel(const std::string& dir, const std::string& layer_order = "");

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_EXPERIMENT_H_
