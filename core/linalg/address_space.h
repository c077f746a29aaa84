#ifndef BRAINALIGN_CORE_LINALG_ADDRESS_SPACE_H_
#define BRAINALIGN_CORE_LINALG_ADDRESS_SPACE_H_

#include <cstddef>

namespace brainalign {

// Whether the system would give this process so many bytes more. Asked before a library is called
// that does not bear to be refused them.
bool HasAddressSpace(std::size_t size_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LINALG_ADDRESS_SPACE_H_
