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

  // OK if all that was written and read so far could be; else, from then on, UNAVAILABLE with the
  // folder. Of a page that cannot be read, InstallMappedFaultHandler makes zeros: nothing made of
  // the memory counts until this was asked after it was read. May wait for what is being written.
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
  mutable std::atomic<bool> is_lost_{false};  // something could not be written
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_SCRATCH_MEMORY_H_
