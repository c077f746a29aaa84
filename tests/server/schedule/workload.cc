#include "tests/server/schedule/workload.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace brainalign {

SimulatedJob MakeJob(double arrival_seconds, const Owner& owner, double work_seconds) {
  SimulatedJob job;
  job.arrival_seconds = arrival_seconds;
  job.owner = owner;
  job.memory_bytes = 1;
  const auto units = static_cast<std::size_t>(
      std::clamp(work_seconds / 5, 8.0, std::max(40.0, work_seconds / kLongestUnitSeconds + 1)));
  job.units.assign(units, work_seconds / static_cast<double>(units));
  return job;
}

std::vector<SimulatedJob> MakeWorkload(const WorkloadOptions& options) {
  Chance chance(options.seed);
  const double decades = std::log(options.most_work_seconds / options.least_work_seconds);
  std::vector<SimulatedJob> jobs;
  for (int project = 0; project < options.projects; ++project) {
    for (int person = 0; person < options.people; ++person) {
      const Owner owner{std::to_string(project), std::to_string(person)};
      double arrival = chance.Next() * options.pause_seconds;
      while (arrival < options.submit_seconds) {
        const bool burst = chance.Next() < options.burst_chance;
        const int count = burst ? kJobsOfABurst : 1 + static_cast<int>(chance.Next() * 3);
        const double work = burst ? 1 + 9 * chance.Next()
                                  : options.least_work_seconds * std::exp(decades * chance.Next());
        for (int i = 0; i < count; ++i) {
          SimulatedJob job = MakeJob(arrival, owner, work * (0.9 + 0.2 * chance.Next()));
          // Small ones are common, some take nearly all that there may be.
          const double share = std::pow(chance.Next(), 3) * options.largest_memory;
          job.memory_bytes = 1 + static_cast<std::int64_t>(share * (kServerMemory - 1));
          job.estimate_factor = std::exp(options.estimate_error * (2 * chance.Next() - 1));
          jobs.push_back(std::move(job));
        }
        arrival -= std::log(1 - chance.Next()) * options.pause_seconds;
      }
    }
  }
  std::stable_sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) {
    return a.arrival_seconds < b.arrival_seconds;
  });
  return jobs;
}

}  // namespace brainalign
