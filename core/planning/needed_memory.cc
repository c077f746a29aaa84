#include "core/planning/needed_memory.h"

#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/size_text.h"

namespace brainalign {
namespace {

constexpr char kNeeded[] = "brainalign/needed-memory-bytes";

}  // namespace

absl::Status MemoryTooSmallError(std::int64_t memory_bytes, std::int64_t needed_bytes) {
  absl::Status status = absl::ResourceExhaustedError(absl::StrCat(
      "memory is ", SizeText(memory_bytes), ", but the least that this alignment can do with is ",
      NeededSizeText(needed_bytes)));
  status.SetPayload(kNeeded, absl::Cord(absl::StrCat(needed_bytes)));
  return status;
}

std::int64_t NeededMemoryBytes(const absl::Status& status) {
  const auto payload = status.GetPayload(kNeeded);
  std::int64_t bytes = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &bytes)) return 0;
  return bytes;
}

}  // namespace brainalign
