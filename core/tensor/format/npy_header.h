#ifndef BRAINALIGN_CORE_TENSOR_FORMAT_NPY_HEADER_H_
#define BRAINALIGN_CORE_TENSOR_FORMAT_NPY_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// What stands before the elements of a .npy file:
// magic "\x93NUMPY", version (2 bytes), length of the text (2 bytes in version
// 1.0, 4 in 2.0 and 3.0, little-endian), then the text: a Python dict literal
//   {'descr': '<f4', 'fortran_order': False, 'shape': (600, 24), }
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
struct NpyHeader {
  TensorSpec spec;
  std::int64_t data_offset = 0;  // where the elements begin, in bytes
  std::int64_t data_bytes = 0;   // that they take
  // Of integers that tensors do not have, which spec has as i64: bytes of one that is stored,
  // negative if it has a sign. 0 for elements that are stored as spec says.
  int narrow_bytes = 0;
};

// Which elements are read: those of tensors, or any number.
enum class NpyElements { kOfTensors, kAnyNumber };

// Reads the header of a file whose first `size_bytes` bytes are at `data`.
// INVALID_ARGUMENT with the reason, as a phrase that follows the file's name.
absl::StatusOr<NpyHeader> ParseNpyHeader(const std::byte* data, std::int64_t size_bytes,
                                         NpyElements elements = NpyElements::kOfTensors);

// The header of version 1.0, padded so that elements begin at a multiple of 64.
// INVALID_ARGUMENT for bf16, which the format does not have.
absl::StatusOr<std::string> EncodeNpyHeader(const TensorSpec& spec);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FORMAT_NPY_HEADER_H_
