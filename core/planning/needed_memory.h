#ifndef BRAINALIGN_CORE_PLANNING_NEEDED_MEMORY_H_
#define BRAINALIGN_CORE_PLANNING_NEEDED_MEMORY_H_

#include <cstdint>

#include "absl/status/status.h"

namespace brainalign {

// RESOURCE_EXHAUSTED: a plan needs more memory than there is.
absl::Status MemoryTooSmallError(std::int64_t memory_bytes, std::int64_t needed_bytes);

// The least memory that would do; 0 if the status is not that of MemoryTooSmallError.
std::int64_t NeededMemoryBytes(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_NEEDED_MEMORY_H_
