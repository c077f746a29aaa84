#ifndef BRAINALIGN_CORE_TENSOR_MAPPED_RANGE_H_
#define BRAINALIGN_CORE_TENSOR_MAPPED_RANGE_H_

#include <cstddef>
#include <cstdint>

namespace brainalign {

// A range of memory that a file is mapped to. ReplaceUnreadable knows it from construction to
// destruction. Make it before the memory is first read, and destroy it before the memory is
// unmapped.
class MappedRange {
 public:
  // Requires: `size_bytes` > 0; `data` is what mmap returned, for this `protection`.
  MappedRange(const std::byte* data, std::int64_t size_bytes, int protection);
  ~MappedRange();
  MappedRange(const MappedRange&) = delete;
  MappedRange& operator=(const MappedRange&) = delete;

  // Byte offset of the first page that could not be read; -1 if every page that was read so far
  // could be.
  std::int64_t first_unreadable_byte() const;

  struct Slot;

 private:
  Slot* const slot_;
};

// Called in the handler of SIGBUS, on any number of threads at once. If `address` is in a
// MappedRange: marks the range, then maps zeros in place of its page and all later pages of the
// range, so that the thread can continue, and returns true. All later pages are replaced at once,
// because nothing computed from the file counts any more. Otherwise a truncated file would fault at
// each page, and make more mappings than the system allows.
bool ReplaceUnreadable(const void* address);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_MAPPED_RANGE_H_
