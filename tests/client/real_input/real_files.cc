#include "tests/client/real_input/real_files.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace brainalign {

std::string RealFile(const std::string& name) {
  const char* given = std::getenv("BRAINALIGN_TEST_DATA");
  const std::filesystem::path folder =
      given != nullptr ? given : BRAINALIGN_SOURCE_DIR "/../shared/data";
  const std::filesystem::path path = folder / name;
  return std::filesystem::exists(path) ? path.string() : "";
}

Tensor VectorTensor(const std::vector<double>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(double));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return *Tensor::FromBytes({DType::kF64, {static_cast<std::int64_t>(values.size())}, Order::kC},
                            std::move(bytes));
}

Tensor Reshaped(const Tensor& tensor, std::vector<std::int64_t> shape) {
  TensorSpec spec = tensor.spec();
  spec.shape = std::move(shape);
  std::vector<std::byte> bytes(tensor.data(), tensor.data() + tensor.size_bytes());
  return *Tensor::FromBytes(std::move(spec), std::move(bytes));
}

}  // namespace brainalign
