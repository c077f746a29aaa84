#ifndef BRAINALIGN_TESTS_CLIENT_REAL_INPUT_REAL_FILES_H_
#define BRAINALIGN_TESTS_CLIENT_REAL_INPUT_REAL_FILES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/tensor/tensor.h"

namespace brainalign {

// Path of `name` in the folder of real files, $BRAINALIGN_TEST_DATA or
// ../shared/data beside the source tree; empty if it is not there.
std::string RealFile(const std::string& name);

// An f64 tensor of one axis.
Tensor VectorTensor(const std::vector<double>& values);

// The bytes of `tensor` read with another shape of as many elements.
Tensor Reshaped(const Tensor& tensor, std::vector<std::int64_t> shape);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_REAL_INPUT_REAL_FILES_H_
