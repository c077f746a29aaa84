#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_CHECK_EVERYTHING_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_CHECK_EVERYTHING_H_

#include <random>

#include "absl/status/status.h"
#include "tests/durability/crash/random_client.h"

namespace brainalign {

// Holds a server that has just come up against everything that was acknowledged in
// its lives before: every job is there, once, no older and not otherwise than it was;
// every tensor and every open upload is there. The events, results and bytes are read
// again of what changed since the last check and of `sample` others by chance; with
// `sample` -1, of all.
absl::Status CheckEverything(Connection& connection, Stage& stage, std::mt19937_64& random,
                             int sample);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_CHECK_EVERYTHING_H_
