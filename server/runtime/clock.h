#ifndef BRAINALIGN_SERVER_RUNTIME_CLOCK_H_
#define BRAINALIGN_SERVER_RUNTIME_CLOCK_H_

#include <chrono>
#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace brainalign {

// The time of day. Tests put in one that they move by hand.
using Clock = std::function<absl::Time()>;

inline Clock SystemClock() {
  return [] { return absl::Now(); };
}

// Seconds on a monotonic clock, for durations and deadlines.
using SteadyClock = std::function<double()>;

inline SteadyClock SteadySeconds() {
  return [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
}

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RUNTIME_CLOCK_H_
