#include "tests/core/align/tensor_of_type.h"

#include <Eigen/Core>
#include <cstring>
#include <utility>

#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

template <typename Stored>
Tensor Rounded(DType dtype, std::vector<std::int64_t> shape, const std::vector<double>& values) {
  std::vector<Stored> stored;
  stored.reserve(values.size());
  for (const double value : values) stored.push_back(Stored(static_cast<float>(value)));
  std::vector<std::byte> bytes(stored.size() * sizeof(Stored));
  std::memcpy(bytes.data(), stored.data(), bytes.size());
  return Tensor::FromBytes({dtype, std::move(shape), Order::kC}, std::move(bytes)).value();
}

}  // namespace

Tensor TensorOfType(DType dtype, std::vector<std::int64_t> shape,
                    const std::vector<double>& values) {
  switch (dtype) {
    case DType::kF16:
      return Rounded<Eigen::half>(dtype, std::move(shape), values);
    case DType::kBF16:
      return Rounded<Eigen::bfloat16>(dtype, std::move(shape), values);
    case DType::kF32:
      return Rounded<float>(dtype, std::move(shape), values);
    default:
      return TensorOfDoubles(std::move(shape), values);
  }
}

}  // namespace brainalign
