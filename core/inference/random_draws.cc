#include "core/inference/random_draws.h"

#include <cmath>
#include <initializer_list>
#include <numbers>

#include "core/problem/split_mix.h"

namespace brainalign {

std::uint64_t ChainedHash(std::uint64_t hash, std::uint64_t part) { return SplitMix(hash + part); }

double UniformDraw(std::uint64_t seed, std::uint64_t stream, std::uint64_t i, std::uint64_t j) {
  std::uint64_t x = SplitMix(seed);
  for (const std::uint64_t part : {stream, i, j}) x = ChainedHash(x, part);
  return static_cast<double>(x >> 11) * 0x1p-53;
}

double NormalDraw(std::uint64_t seed, std::uint64_t stream, std::uint64_t i, std::uint64_t j) {
  const double radius = std::sqrt(-2 * std::log(1 - UniformDraw(seed, stream, i, j)));
  return radius * std::cos(2 * std::numbers::pi * UniformDraw(seed, stream + 1, i, j));
}

double NormalDraw(std::uint64_t seed, std::uint64_t i, std::uint64_t j) {
  return NormalDraw(seed, 2, i, j);
}

}  // namespace brainalign
