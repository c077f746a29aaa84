#include "client/simulate/schedule.h"

#include <algorithm>
#include <cmath>

#include "client/simulate/normal.h"
#include "core/to_integer.h"

namespace brainalign {

Schedule MakeSchedule(const SimulationOptions& options) {
  Schedule schedule;
  RandomStream random(options.seed, 0);
  double margin_seconds = std::max({4.0, -options.tmin_seconds + 1, options.tmax_seconds + 1});
  if (options.kind) {
    margin_seconds =
        std::max(margin_seconds, options.last_delay_seconds + options.reach_seconds + 1);
  }
  const auto session_of = [&](std::int64_t word) {
    return word * options.sessions / options.words;
  };
  double onset_seconds = margin_seconds;
  std::int64_t onset_sample = 0;
  for (std::int64_t word = 0; word < options.words; ++word) {
    if (word > 0) {
      const double erlang = 0.5 * (random.Exponential() + random.Exponential());
      onset_seconds += (0.4 + 0.6 * erlang) / options.words_per_second;
      if (session_of(word) != session_of(word - 1)) onset_seconds += 2 * margin_seconds;
    }
    onset_sample = ToInt64(std::round(onset_seconds * options.sfreq_hz));
    schedule.onset_samples.push_back(onset_sample);
    if (options.kind) {
      schedule.shifts_seconds.push_back(onset_seconds -
                                        static_cast<double>(onset_sample) / options.sfreq_hz);
    }
    schedule.sessions.push_back(static_cast<std::int32_t>(session_of(word)));
  }
  schedule.samples = onset_sample + ToInt64(std::ceil(margin_seconds * options.sfreq_hz)) + 1;

  const std::int64_t first = ToInt64(std::round(options.tmin_seconds * options.sfreq_hz));
  const std::int64_t last = ToInt64(std::round(options.tmax_seconds * options.sfreq_hz));
  for (std::int64_t step = first; step <= last; ++step) schedule.epoch_steps.push_back(step);

  for (std::int64_t layer = 0; layer < options.layers; ++layer) {
    const double share = options.layers == 1
                             ? 0.0
                             : static_cast<double>(layer) / static_cast<double>(options.layers - 1);
    schedule.delays_seconds.push_back(options.first_delay_seconds * (1 - share) +
                                      options.last_delay_seconds * share);
  }
  return schedule;
}

}  // namespace brainalign
