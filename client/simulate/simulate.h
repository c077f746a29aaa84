#ifndef BRAINALIGN_CLIENT_SIMULATE_SIMULATE_H_
#define BRAINALIGN_CLIENT_SIMULATE_SIMULATE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace brainalign {

enum class ActivationFile {
  kNpyF32,           // activations.npy (L, w, d)
  kSafetensorsBF16,  // activations.safetensors, one (w, d) a layer
};

// What is recorded with.
enum class SimulatedKind { kMeg, kEeg, kEcog, kFmri };

struct SimulationOptions {
  std::int64_t words = 2400;
  std::int64_t sensors = 64;
  std::int64_t layers = 8;
  std::int64_t dims = 128;
  std::int64_t sessions = 5;
  std::uint64_t seed = 0;
  double sfreq_hz = 30;
  double tmin_seconds = -0.5;
  double tmax_seconds = 1.5;
  // Delay of the shallowest and of the deepest layer's response after word onset;
  // the others lie evenly between them.
  double first_delay_seconds = 0.1;
  double last_delay_seconds = 0.8;
  double words_per_second = 3;
  // Standard deviation of all responses over that of the noise.
  double signal_to_noise = 0.5;
  bool epochs = false;  // write meg.npy as well
  // With a kind, words.tsv and channels.tsv are written, too, and onsets do not lie on samples.
  std::optional<SimulatedKind> kind = std::nullopt;
  double reach_seconds = 0.2;  // a response lasts this long before and after its centre
  double amplitude = 1e-13;    // of the noise, in the recording's unit
  ActivationFile activation_file = ActivationFile::kNpyF32;
};

// What becomes of files that are in the folder already.
enum class ExistingFiles { kRefuse, kReplace };

// Writes an experiment with a known answer into the folder `dir`, which is made if
// need be, in the layout that LoadExperiment reads, with truth.npy: the delay at
// which each layer's alignment must peak. The same options give the same bytes on
// every machine.
//
// Each word has hidden features for each layer, which resemble those of the layer
// before. They are mixed into the layer's activations, whose spectrum decays, with
// noise; and the first few of them are written into the sensors of a continuous
// recording as a bump centred at the layer's delay. Responses of neighbouring words
// overlap; noise is coloured and shared between sensors; sessions lie apart.
//
// All files appear at the end, or none. Memory: the recording in f32 and the
// hidden features of one layer.
// INVALID_ARGUMENT names an option that makes no sense; otherwise the system's error.
// ALREADY_EXISTS names what is in `dir`: anything with kRefuse; with kReplace, which replaces
// files of the same names and leaves others, a file that would be read in place of one written.
absl::Status Simulate(const SimulationOptions& options, const std::string& dir,
                      ExistingFiles existing = ExistingFiles::kRefuse);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SIMULATE_SIMULATE_H_
