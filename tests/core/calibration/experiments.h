#ifndef BRAINALIGN_TESTS_CORE_CALIBRATION_EXPERIMENTS_H_
#define BRAINALIGN_TESTS_CORE_CALIBRATION_EXPERIMENTS_H_

#include <cstdint>
#include <functional>

#include "core/align/result.h"
#include "tests/core/calibration/condition.h"

namespace brainalign {

// The result of one simulated experiment. A failure of the engine is a failure of the test, and the
// result is empty.
AlignmentResult RunExperiment(const Condition& condition, std::uint64_t seed, int replicate,
                              int model = 0);

// Calls `run` with each of 0 .. count - 1, from so many threads at a time.
void ForEachReplicate(int count, int threads, const std::function<void(int)>& run);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_CALIBRATION_EXPERIMENTS_H_
