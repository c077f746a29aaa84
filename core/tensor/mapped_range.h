#ifndef BRAINALIGN_CORE_TENSOR_MAPPED_RANGE_H_
#define BRAINALIGN_CORE_TENSOR_MAPPED_RANGE_H_

#include <cstddef>
#include <cstdint>

namespace brainalign {

// Memory that a file is mapped to, known to ReplaceUnreadable from construction to destruction.
// To be made before the memory is first read, and to end before it is unmapped.
class MappedRange {
 public:
  // Requires: `size_bytes` > 0; `data` is what mmap returned, for this `protection`.
  MappedRange(const std::byte* data, std::int64_t size_bytes, int protection);
  ~MappedRange();
  MappedRange(const MappedRange&) = delete;
  MappedRange& operator=(const MappedRange&) = delete;

  // Offset of the first page that could not be read, among those tried; -1 if all could.
  std::int64_t first_unreadable_byte() const;

  struct Slot;

 private:
  Slot* const slot_;
};

// Called in the handler of SIGBUS, on any number of threads at once. Where `address` lies in a
// MappedRange: notes it there, then puts zeros in the place of its page and all that follow in
// the range, so that the thread can go on, and returns true. All that follow, as nothing made of
// the file counts any more: else a file cut short would fault at each page, and end as more
// mappings than the system allows.
bool ReplaceUnreadable(const void* address);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_MAPPED_RANGE_H_
