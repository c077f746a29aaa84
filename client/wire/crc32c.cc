#include "client/wire/crc32c.h"

#include <isa-l/crc.h>

namespace brainalign {

std::uint32_t Crc32c(const std::string& data) {
  // isa-l reads only, but takes a pointer to non-const bytes.
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(data.data()));
  return crc32_iscsi(bytes, static_cast<int>(data.size()), 0xFFFFFFFFu) ^ 0xFFFFFFFFu;
}

}  // namespace brainalign
