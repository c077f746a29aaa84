#ifndef BRAINALIGN_BENCH_KERNELS_RUN_KERNELS_H_
#define BRAINALIGN_BENCH_KERNELS_RUN_KERNELS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace brainalign {

// Runs the benchmarks that are linked in, on one thread. `arguments` are Google
// Benchmark's; INVALID_ARGUMENT names one that it does not know.
absl::Status RunKernels(const std::vector<std::string>& arguments);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_KERNELS_RUN_KERNELS_H_
