#include "bench/data/noise.h"

#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

// SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): counter in, 64 random bits out.
BRAINALIGN_INLINE std::uint64_t Mix(std::uint64_t x) {
  x *= 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

BRAINALIGN_INLINE void FillLoop(std::uint64_t key, std::size_t count, float* out) {
  constexpr std::int32_t kMean = 2 * 65535;
  constexpr float kScale = 1.0f / 37836.9f;  // 65536 * sqrt(4 / 12)
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = Mix(key + i);
    const auto sum = static_cast<std::int32_t>((bits & 0xffff) + ((bits >> 16) & 0xffff) +
                                               ((bits >> 32) & 0xffff) + (bits >> 48));
    out[i] = static_cast<float>(sum - kMean) * kScale;
  }
}

BRAINALIGN_FOR_EACH_PROCESSOR(void, Fill, FillLoop,
                              (std::uint64_t key, std::size_t count, float* out), (key, count, out))

}  // namespace

void FillNormal(std::uint64_t stream, std::uint64_t first, std::size_t count, float* out) {
  Fill((Mix(stream + 1) << 1) + first, count, out);
}

}  // namespace brainalign
