#include "core/linalg/address_space.h"

#include <sys/mman.h>

namespace brainalign {

bool HasAddressSpace(std::size_t size_bytes) {
  void* const room = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (room == MAP_FAILED) return false;
  ::munmap(room, size_bytes);
  return true;
}

}  // namespace brainalign
