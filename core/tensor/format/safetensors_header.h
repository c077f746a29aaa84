#ifndef BRAINALIGN_CORE_TENSOR_FORMAT_SAFETENSORS_HEADER_H_
#define BRAINALIGN_CORE_TENSOR_FORMAT_SAFETENSORS_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// The bytes before the tensors of a .safetensors file: the length of the text (8 bytes,
// little-endian), then the text, a JSON object such as
//   {"layer.0": {"dtype": "BF16", "shape": [600, 768], "data_offsets": [0, 921600]}}
// with offsets from the end of the text, and optionally "__metadata__", which is ignored
// (https://github.com/huggingface/safetensors, "Format").
struct SafetensorsEntry {
  std::string name;
  TensorSpec spec;
  std::int64_t data_offset = 0;  // where the elements begin in the file, in bytes
};

// Reads the header of a file of `size_bytes` bytes at `data`, and checks that the
// tensors fill the rest of it without holes or overlaps. Entries come in the
// order of their bytes. INVALID_ARGUMENT with the reason, as a phrase that follows
// the file's name.
absl::StatusOr<std::vector<SafetensorsEntry>> ParseSafetensorsHeader(const std::byte* data,
                                                                     std::int64_t size_bytes);

// The header of tensors that follow each other in the given order; data_offset is ignored.
// INVALID_ARGUMENT for a tensor in Fortran order, and for a name that occurs twice, is
// "__metadata__" or is not UTF-8.
absl::StatusOr<std::string> EncodeSafetensorsHeader(const std::vector<SafetensorsEntry>& entries);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FORMAT_SAFETENSORS_HEADER_H_
