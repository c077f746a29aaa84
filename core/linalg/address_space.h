#ifndef BRAINALIGN_CORE_LINALG_ADDRESS_SPACE_H_
#define BRAINALIGN_CORE_LINALG_ADDRESS_SPACE_H_

#include <cstddef>

namespace brainalign {

// Whether the system would give this process this many more bytes. Ask it before calling a library
// that crashes or hangs if an allocation fails.
bool HasAddressSpace(std::size_t size_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_ADDRESS_SPACE_H_
