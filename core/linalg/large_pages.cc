#include "core/linalg/large_pages.h"

#include <sys/mman.h>

#include <cstdint>

namespace brainalign {

void UseLargePages(void* data, std::size_t size_bytes) {
  constexpr std::size_t kLeast = 8 << 20;
  constexpr std::uintptr_t kPage = 2 << 20;
  if (size_bytes < kLeast) return;
  const auto begin = (reinterpret_cast<std::uintptr_t>(data) + kPage - 1) / kPage * kPage;
  const auto end = (reinterpret_cast<std::uintptr_t>(data) + size_bytes) / kPage * kPage;
#if defined(MADV_HUGEPAGE)
  // A wish: a system that does not grant it loses nothing.
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

}  // namespace brainalign
