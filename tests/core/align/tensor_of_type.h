#ifndef BRAINALIGN_TESTS_CORE_ALIGN_TENSOR_OF_TYPE_H_
#define BRAINALIGN_TESTS_CORE_ALIGN_TENSOR_OF_TYPE_H_

#include <cstdint>
#include <vector>

#include "core/tensor/tensor.h"

namespace brainalign {

// A tensor of this floating type in C order. Values are rounded to float first, to nearest even
// each time, unless the type is f64.
Tensor TensorOfType(DType dtype, std::vector<std::int64_t> shape,
                    const std::vector<double>& values);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_ALIGN_TENSOR_OF_TYPE_H_
