#ifndef BRAINALIGN_CLIENT_SIMULATE_RECORDING_H_
#define BRAINALIGN_CLIENT_SIMULATE_RECORDING_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "client/simulate/schedule.h"
#include "client/simulate/simulate.h"
#include "core/tensor/file_replacement.h"

namespace brainalign {

// The simulated recording, in its kind's unit (tesla without a kind).
class Recording {
 public:
  Recording(const SimulationOptions& options, const Schedule& schedule);

  // Adds one layer's response to every word: a bump centred exactly at the layer's
  // delay. `features` (words, kFeatures).
  void AddResponses(std::int64_t layer, const std::vector<float>& features);

  // Adds noise that is correlated over time and, through a few sources that all
  // sensors see, over sensors. To be called once, after the responses.
  void AddNoise();

  // Appends the elements of (sensors, samples) or (words, sensors, times), f32.
  absl::Status WriteContinuous(FileReplacement& file) const;
  absl::Status WriteEpochs(FileReplacement& file) const;

 private:
  const float* Sample(std::int64_t sample) const {
    return values_.data() + sample * options_.sensors;
  }

  const SimulationOptions options_;
  const Schedule schedule_;
  std::vector<float> values_;  // (samples, sensors)
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SIMULATE_RECORDING_H_
