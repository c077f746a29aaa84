#include "client/simulate/activations.h"

#include <cmath>
#include <cstring>

#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

// Streams of one seed: 0 is the schedule's, 1 the noise's, and those of layers
// begin here.
constexpr std::uint64_t kFeatureStream = 2;
constexpr std::uint64_t kFirstLayerStream = 1000;

constexpr float kNoise = 0.5f;

BRAINALIGN_INLINE void MixLoop(const float* __restrict features, const float* __restrict mixing,
                               std::int64_t dims, float* __restrict out) {
  for (std::int64_t k = 0; k < kFeatures; ++k) {
    const float feature = features[k];
    const float* row = mixing + k * dims;
    for (std::int64_t j = 0; j < dims; ++j) out[j] += feature * row[j];
  }
}

BRAINALIGN_FOR_EACH_PROCESSOR(void, Mix, MixLoop,
                              (const float* features, const float* mixing, std::int64_t dims,
                               float* out),
                              (features, mixing, dims, out))

}  // namespace

HiddenFeatures::HiddenFeatures(std::uint64_t seed, std::int64_t words)
    : random_(seed, kFeatureStream), values_(static_cast<std::size_t>(words * kFeatures), 0.0f) {}

void HiddenFeatures::Advance() {
  const double kept = first_ ? 0.0 : 0.5;
  const double added = std::sqrt(1 - kept * kept);
  for (float& value : values_) {
    value = static_cast<float>(kept * static_cast<double>(value) + added * random_.Normal());
  }
  first_ = false;
}

LayerActivations::LayerActivations(std::uint64_t seed, std::int64_t layer, std::int64_t dims)
    : random_(seed, kFirstLayerStream + static_cast<std::uint64_t>(layer)),
      dims_(dims),
      mixing_(static_cast<std::size_t>(kFeatures * dims)) {
  double power = 0;
  for (std::int64_t k = 0; k < kFeatures; ++k) power += 1 / static_cast<double>(k + 1);
  for (std::int64_t k = 0; k < kFeatures; ++k) {
    const double weight = std::sqrt(1 / static_cast<double>(k + 1) / power);
    for (std::int64_t j = 0; j < dims; ++j) {
      mixing_[static_cast<std::size_t>(k * dims + j)] =
          static_cast<float>(weight * random_.Normal());
    }
  }
}

void LayerActivations::NextWord(const float* features, float* out) {
  for (std::int64_t j = 0; j < dims_; ++j) {
    out[j] = kNoise * static_cast<float>(random_.Normal());
  }
  Mix(features, mixing_.data(), dims_, out);
}

std::uint16_t BFloat16Of(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, sizeof(bits));
  bits += 0x7fffu + ((bits >> 16) & 1u);
  return static_cast<std::uint16_t>(bits >> 16);
}

}  // namespace brainalign
