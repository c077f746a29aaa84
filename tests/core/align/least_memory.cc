#include "tests/core/align/least_memory.h"

#include "core/planning/needed_memory.h"
#include "gtest/gtest.h"

namespace brainalign {

std::int64_t LeastMemoryBytes(const AlignmentInputs& inputs, const AlignmentOptions& options,
                              AlignmentResources resources) {
  resources.memory_bytes = 1;
  const auto refused = Alignment::Create(inputs, options, nullptr, resources);
  const std::int64_t bytes = NeededMemoryBytes(refused.status());
  EXPECT_GT(bytes, 0) << refused.status();
  return bytes;
}

}  // namespace brainalign
