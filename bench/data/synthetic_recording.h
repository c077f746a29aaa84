#ifndef BRAINALIGN_BENCH_DATA_SYNTHETIC_RECORDING_H_
#define BRAINALIGN_BENCH_DATA_SYNTHETIC_RECORDING_H_

#include <cstdint>
#include <vector>

#include "bench/data/synthetic_activations.h"
#include "client/simulate/schedule.h"

namespace brainalign {

// A continuous recording (samples, sensors) in tesla: responses to each word's
// hidden features at each layer's delay, in noise that is correlated over time and
// sensors, against the average of all sensors, so that its rank is one short.
class SyntheticRecording {
 public:
  SyntheticRecording(std::int64_t sensors, const Schedule& schedule);

  void AddResponses(std::int64_t layer, const HiddenWords& hidden);

  // To be called once, after the responses.
  void AddNoise();

  // Samples of `count` sensors from `first` on, (count, samples).
  std::vector<float> Sensors(std::int64_t first, std::int64_t count) const;

 private:
  const std::int64_t sensors_;
  const Schedule& schedule_;
  std::vector<float> values_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_DATA_SYNTHETIC_RECORDING_H_
