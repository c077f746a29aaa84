#ifndef BRAINALIGN_BENCH_JOB_SECOND_MODEL_H_
#define BRAINALIGN_BENCH_JOB_SECOND_MODEL_H_

#include "absl/status/statusor.h"
#include "bench/job/job.h"
#include "bench/workload.h"
#include "nlohmann/json.hpp"

namespace brainalign {

// Runs a workload's job, then twice that of another model on the same recording:
// with what the first has kept of the brain, in a cache of `cache_bytes`, and without.
// Reports the three as RunJob does, what the cache held, what share of its time the
// other model was spared, and whether its two results are the same bits.
absl::StatusOr<nlohmann::json> RunSecondModel(const Workload& workload, const JobRequest& request,
                                              std::int64_t cache_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_JOB_SECOND_MODEL_H_
