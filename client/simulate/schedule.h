#ifndef BRAINALIGN_CLIENT_SIMULATE_SCHEDULE_H_
#define BRAINALIGN_CLIENT_SIMULATE_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "client/simulate/simulate.h"

namespace brainalign {

// When things happen in a simulated recording.
struct Schedule {
  std::vector<std::int64_t> onset_samples;  // (w), ascending
  // (w) from the onset's sample to the onset itself; empty: onsets lie on samples.
  std::vector<double> shifts_seconds;
  std::vector<std::int32_t> sessions;     // (w), from 0
  std::int64_t samples = 0;               // length of the recording
  std::vector<std::int64_t> epoch_steps;  // (T), samples relative to onset
  std::vector<double> delays_seconds;     // (L)

  double OnsetSeconds(std::size_t word, double sfreq_hz) const {
    const double on_sample = static_cast<double>(onset_samples[word]) / sfreq_hz;
    return shifts_seconds.empty() ? on_sample : on_sample + shifts_seconds[word];
  }
};

// Draws word onsets: at least 0.4 of the mean distance apart, sessions so far
// apart that neither epochs nor responses of two of them touch, and every epoch
// inside the recording.
Schedule MakeSchedule(const SimulationOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SIMULATE_SCHEDULE_H_
