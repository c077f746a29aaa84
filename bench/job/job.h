#ifndef BRAINALIGN_BENCH_JOB_JOB_H_
#define BRAINALIGN_BENCH_JOB_JOB_H_

#include <cstdint>
#include <limits>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "bench/workload.h"
#include "core/align/brain_cache.h"
#include "nlohmann/json.hpp"

namespace brainalign {

struct JobRequest {
  Preset preset = Preset::kStrict;
  int threads = 1;
  Precision precision = Precision::kExact;
  double tiles_fraction = 1;  // share of the matrix that is computed, in (0, 1]
  std::string data_dir;
  std::int64_t memory_bytes = std::numeric_limits<std::int64_t>::max();  // budget of the plan
  // What is kept of the brain for other models; null: nothing.
  std::shared_ptr<BrainCache> brain_cache = nullptr;
  // Of another model: the workload's layers with their activations in reverse order,
  // which take no files of their own.
  bool other_model = false;
};

// Runs a workload's whole job on its mapped files, made first if need be, and
// reports what it took: seconds by phase (those of the tiles scaled up where only
// a share was run; "measured" and "processor" are of what was run), peak memory,
// the plan, and the matrix (null where not run).
absl::StatusOr<nlohmann::json> RunJob(const Workload& workload, const JobRequest& request);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_JOB_JOB_H_
