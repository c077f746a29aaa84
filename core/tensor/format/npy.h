#ifndef BRAINALIGN_CORE_TENSOR_FORMAT_NPY_H_
#define BRAINALIGN_CORE_TENSOR_FORMAT_NPY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// Maps a NumPy .npy file (format versions 1.0 to 3.0; f2, f4, f8, i2, i4, i8, little-endian; C and
// Fortran order). Nothing is ever unpickled. INVALID_ARGUMENT, naming the file and the reason, for
// other byte order, object or structured dtype, a truncated file, trailing bytes, or a header that
// does not match the file. FAILED_PRECONDITION if the header could not be read.
absl::StatusOr<Tensor> OpenNpy(const std::string& path);

// The same for a small array of any numbers: bool, i1 and unsigned integers, too, which become i64
// in a copy. INVALID_ARGUMENT also for an unsigned integer beyond i64.
absl::StatusOr<Tensor> OpenNpyOfNumbers(const std::string& path);

// Writes `tensor` as .npy version 1.0, replacing `path` as a whole or not at all.
// INVALID_ARGUMENT for bf16, which the format does not have, and for a slice that
// is not dense.
absl::Status WriteNpy(const std::string& path, const Tensor& tensor);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FORMAT_NPY_H_
