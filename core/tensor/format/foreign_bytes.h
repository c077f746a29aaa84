#ifndef BRAINALIGN_CORE_TENSOR_FORMAT_FOREIGN_BYTES_H_
#define BRAINALIGN_CORE_TENSOR_FORMAT_FOREIGN_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace brainalign {

// The format of a file, by its first bytes, such as "a file of torch.save". `data`: its
// `size_bytes` bytes. Empty if the format is unknown or the expected one (".npy" or
// ".safetensors").
std::string DescribeForeignBytes(const std::byte* data, std::int64_t size_bytes,
                                 const std::string& expected);

// Text of a header for a message: in quotes, printable, and not longer than a line.
std::string QuoteForeignText(absl::string_view text);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FORMAT_FOREIGN_BYTES_H_
