#ifndef BRAINALIGN_CORE_TENSOR_FORMAT_NPY_HEADER_H_
#define BRAINALIGN_CORE_TENSOR_FORMAT_NPY_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// The bytes before the elements of a .npy file: magic "\x93NUMPY", version (2 bytes), length of the
// text (2 bytes in version 1.0, 4 in 2.0 and 3.0, little-endian), then the text: a Python dict
// literal
//   {'descr': '<f4', 'fortran_order': False, 'shape': (600, 24), }
// (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
struct NpyHeader {
  TensorSpec spec;
  std::int64_t data_offset = 0;  // where the elements begin, in bytes
  std::int64_t data_bytes = 0;   // that they take
  // For integer types that tensors do not have: bytes of a stored element, negative if it is
  // signed; spec then has i64. 0 if the elements are stored as in spec.
  int narrow_bytes = 0;
};

// The accepted element types: those of tensors, or all numbers.
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
