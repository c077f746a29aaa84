#ifndef BRAINALIGN_TESTS_DURABILITY_STAGE_RANDOM_TENSOR_H_
#define BRAINALIGN_TESTS_DURABILITY_STAGE_RANDOM_TENSOR_H_

#include <cstdint>
#include <string>

#include "core/tensor/tensor.h"

namespace brainalign {

// A tensor of random bytes that no other seed yields. `size_bytes` is even.
Tensor RandomTensor(std::uint64_t seed, std::int64_t size_bytes);

// The digest that the client gives it.
std::string DigestOf(const Tensor& tensor);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_STAGE_RANDOM_TENSOR_H_
