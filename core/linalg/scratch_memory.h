#ifndef BRAINALIGN_CORE_LINALG_SCRATCH_MEMORY_H_
#define BRAINALIGN_CORE_LINALG_SCRATCH_MEMORY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace brainalign {

// Zeroed memory, or a temporary file mapped in its place: then the system writes
// out what it needs the memory for. Given back at once when the object goes; a file
// has no name and outlives no process.
class ScratchMemory {
 public:
  // `folder` empty: memory. Otherwise UNAVAILABLE, with the folder, if no file of
  // this size can be made there.
  static absl::StatusOr<std::unique_ptr<ScratchMemory>> Allocate(std::int64_t size_bytes,
                                                                 const std::string& folder);
  ~ScratchMemory();
  ScratchMemory(const ScratchMemory&) = delete;
  ScratchMemory& operator=(const ScratchMemory&) = delete;

  void* data() const { return data_; }

 private:
  ScratchMemory(void* data, std::size_t size_bytes) : data_(data), size_bytes_(size_bytes) {}

  void* const data_;
  const std::size_t size_bytes_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_SCRATCH_MEMORY_H_
