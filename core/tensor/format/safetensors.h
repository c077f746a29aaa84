#ifndef BRAINALIGN_CORE_TENSOR_FORMAT_SAFETENSORS_H_
#define BRAINALIGN_CORE_TENSOR_FORMAT_SAFETENSORS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// A tensor of a .safetensors file, with its name.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

// Maps a .safetensors file (F16, BF16, F32, F64, I16, I32, I64). Tensors come in
// the order of their bytes in the file. INVALID_ARGUMENT, naming the file and the
// reason, for a header that is too large, is not JSON, names another dtype, or
// whose offsets leave the file, overlap, leave holes or disagree with the shape.
// FAILED_PRECONDITION if the header could not be read.
absl::StatusOr<std::vector<NamedTensor>> OpenSafetensors(const std::string& path);

// Writes the tensors in the given order, replacing `path` as a whole or not at all.
// All must be dense and in C order, and their names different.
absl::Status WriteSafetensors(const std::string& path, const std::vector<NamedTensor>& tensors);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FORMAT_SAFETENSORS_H_
