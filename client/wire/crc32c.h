#ifndef BRAINALIGN_CLIENT_WIRE_CRC32C_H_
#define BRAINALIGN_CLIENT_WIRE_CRC32C_H_

#include <cstdint>
#include <string>

namespace brainalign {

// CRC-32C (Castagnoli), as in the protocol's chunks. `data` has less than 2 GiB.
std::uint32_t Crc32c(const std::string& data);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_CRC32C_H_
