#include "tests/durability/stage/random_tensor.h"

#include <cstring>
#include <random>
#include <stop_token>
#include <utility>
#include <vector>

#include "client/tensors/digest.h"

namespace brainalign {

Tensor RandomTensor(std::uint64_t seed, std::int64_t size_bytes) {
  std::mt19937_64 random(seed);
  std::vector<std::byte> bytes(static_cast<std::size_t>(size_bytes));
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint64_t)) {
    const std::uint64_t word = random();
    std::memcpy(bytes.data() + at, &word, std::min(sizeof word, bytes.size() - at));
  }
  return Tensor::FromBytes({DType::kI16, {size_bytes / 2}, Order::kC}, std::move(bytes)).value();
}

std::string DigestOf(const Tensor& tensor) {
  return Sha256OfData(tensor, nullptr, std::stop_token()).value();
}

}  // namespace brainalign
