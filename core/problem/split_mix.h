#ifndef BRAINALIGN_CORE_PROBLEM_SPLIT_MIX_H_
#define BRAINALIGN_CORE_PROBLEM_SPLIT_MIX_H_

#include <cstdint>

namespace brainalign {

// The first output of the generator SplitMix64 (Steele, Lea, Flood 2014) with seed `x`. Different
// seeds have different outputs.
constexpr std::uint64_t SplitMix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_SPLIT_MIX_H_
