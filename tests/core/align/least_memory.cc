#include "tests/core/align/least_memory.h"

#include <string>

#include "gtest/gtest.h"

namespace brainalign {

std::int64_t LeastMemoryBytes(const AlignmentInputs& inputs, const AlignmentOptions& options,
                              AlignmentResources resources) {
  resources.memory_bytes = 1;
  const auto refused = Alignment::Create(inputs, options, nullptr, resources);
  const std::string message(refused.status().message());
  const std::string before = " can do with is ";
  const std::size_t at = message.find(before);
  EXPECT_NE(at, std::string::npos) << message;
  return at == std::string::npos ? 0 : std::stoll(message.substr(at + before.size()));
}

}  // namespace brainalign
