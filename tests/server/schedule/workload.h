#ifndef BRAINALIGN_TESTS_SERVER_SCHEDULE_WORKLOAD_H_
#define BRAINALIGN_TESTS_SERVER_SCHEDULE_WORKLOAD_H_

#include <cstdint>
#include <random>
#include <vector>

#include "tests/server/schedule/simulation.h"

namespace brainalign {

// What a lab may ask of its server, by chance from a seed: the same on every machine.
struct WorkloadOptions {
  unsigned seed = 1;
  int projects = 5;
  int people = 5;                     // of each project
  double submit_seconds = 20'000;     // jobs come until then
  double pause_seconds = 4'000;       // of a person, between submissions, on average
  double burst_chance = 0.02;         // that a submission is a thousand small jobs
  double least_work_seconds = 1;      // of a thread; sizes are spread evenly over the
  double most_work_seconds = 10'000;  // logarithms between
  double largest_memory = 0.02;       // of the server's memory
  double estimate_error = 0.3;        // estimates are off by up to a factor of e^this
};

inline constexpr std::int64_t kServerMemory = 1'000'000;
inline constexpr int kJobsOfABurst = 1000;
// The longest unit of any job.
inline constexpr double kLongestUnitSeconds = 20;

// In order of arrival.
std::vector<SimulatedJob> MakeWorkload(const WorkloadOptions& options);

// One job of so much work in units of like length, each at most kLongestUnitSeconds.
SimulatedJob MakeJob(double arrival_seconds, const Owner& owner, double work_seconds);

// Numbers in [0, 1) that any standard library makes alike, as distributions are not.
class Chance {
 public:
  explicit Chance(unsigned seed) : engine_(seed) {}
  double Next() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_SCHEDULE_WORKLOAD_H_
