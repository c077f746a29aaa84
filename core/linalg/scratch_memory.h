#ifndef BRAINALIGN_CORE_LINALG_SCRATCH_MEMORY_H_
#define BRAINALIGN_CORE_LINALG_SCRATCH_MEMORY_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/tensor/mapped_range.h"

namespace brainalign {

// Zeroed memory, or a mapped temporary file instead, which the system can write to disk if it needs
// the memory. The destructor frees it at once. The file has no name and disappears with the
// process.
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

  // OK if everything so far could be written and read; after a failure always UNAVAILABLE, with the
  // folder. InstallMappedFaultHandler replaces a page that cannot be read by zeros. Therefore call
  // this after reading, before results computed from the memory count. May wait for pending writes.
  absl::Status CheckIntact() const;

 private:
  ScratchMemory(std::size_t size_bytes, std::string folder)
      : size_bytes_(size_bytes), folder_(std::move(folder)) {}

  const std::size_t size_bytes_;
  const std::string folder_;
  // Fixed by Allocate.
  void* data_ = nullptr;
  int file_ = -1;
  std::optional<MappedRange> range_;
  mutable std::atomic<bool> is_lost_{false};  // a write failed
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_SCRATCH_MEMORY_H_
