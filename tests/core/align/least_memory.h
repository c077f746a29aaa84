#ifndef BRAINALIGN_TESTS_CORE_ALIGN_LEAST_MEMORY_H_
#define BRAINALIGN_TESTS_CORE_ALIGN_LEAST_MEMORY_H_

#include <cstdint>

#include "core/align/alignment.h"

namespace brainalign {

// The least budget in bytes that this alignment can be planned for with the threads and the scratch
// folder of `resources`: what the planner says when it is given less.
std::int64_t LeastMemoryBytes(const AlignmentInputs& inputs, const AlignmentOptions& options,
                              AlignmentResources resources);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_ALIGN_LEAST_MEMORY_H_
