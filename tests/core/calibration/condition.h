#ifndef BRAINALIGN_TESTS_CORE_CALIBRATION_CONDITION_H_
#define BRAINALIGN_TESTS_CORE_CALIBRATION_CONDITION_H_

#include <cstdint>
#include <string>

#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// How experiments of one kind come about, and how they are analysed. All experiments of a seed
// share the mixing of noise and the patterns on the sensors; words, noise and activations are drawn
// for each.
struct Condition {
  std::string name;
  // Words.
  int sessions = 5;
  int words_per_session = 200;
  // Recording: at 10 Hz, epochs from -0.9 to 2.0 s. Noise has a power spectrum of about
  // 1 / f^noise_exponent and is mixed over the sensors.
  int sensors = 15;
  double noise_exponent = 1;
  double slow_drift = 0;  // linear, over each session, in both sides; deviations
  // Activations: autoregressive over words, neighbouring layers correlated.
  int layers = 9;
  int dims = 2;
  double word_memory = 0.6;
  double layer_correlation = 0.9;
  double model_noise = 0;  // deviations that only the model has, drawn for each model
  // Response: each layer's activations drive the sensors with a bump around a delay, which grows
  // linearly with depth. `snr` is the ratio of deviations of response and noise; 0: no relation.
  double snr = 0;
  double first_delay = 0.35;
  double last_delay = 0.35;
  double rise_seconds = 0.2;  // deviation of the bump before its peak, and after it
  double fall_seconds = 0.2;
  double last_gain = 1;  // of the deepest layer; the shallowest has 1
  // Nuisance: so many columns, autoregressive over words as activations are. They drive the sensors
  // with a bump of their own at first_delay, at this ratio of deviations, and every layer with
  // weights of deviation `nuisance_in_model`.
  int nuisance = 0;
  double nuisance_snr = 0;
  double nuisance_in_model = 0;
  // Analysis.
  AlignmentOptions options = {};
  // What share of the p values of cells and clusters is at most 0.05 at the most, without a
  // relation. More than 0.065 is told in a caution of the result.
  double most_cells = 0.065;
  // The same of the largest score and the mean of maxima.
  double most_maxima = 0.065;
  // Whether p values are uniform without a relation.
  bool is_uniform = true;

  int words() const { return sessions * words_per_session; }
};

// Experiment `replicate` of the condition. Models differ in `model_noise` alone. The bits depend on
// the arguments alone.
AlignmentInputs SimulateExperiment(const Condition& condition, std::uint64_t seed, int replicate,
                                   int model = 0);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_CALIBRATION_CONDITION_H_
