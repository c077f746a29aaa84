#include "bench/data/synthetic_activations.h"

#include <cblas.h>

#include <cmath>

#include "bench/data/noise.h"

namespace brainalign {
namespace {

constexpr std::uint64_t kHiddenStream = 1'000;  // and one a layer from here on
constexpr std::uint64_t kMixStream = 2'000;
constexpr std::uint64_t kNoiseStream = 3'000;
constexpr std::uint64_t kShapeStream = 4'000;
constexpr float kNoise = 0.5f;
constexpr std::int64_t kLargeDimensions = 3;
constexpr float kLargeMean = 40;

}  // namespace

HiddenWords::HiddenWords(std::int64_t words)
    : values_(static_cast<std::size_t>(words * kHiddenFeatures)) {}

void HiddenWords::NextLayer() {
  std::vector<float> fresh(values_.size());
  FillNormal(kHiddenStream + layer_, 0, fresh.size(), fresh.data());
  const float kept = layer_ == 0 ? 0.0f : 0.5f;
  const float added = std::sqrt(1 - kept * kept);
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    values_[i] = kept * values_[i] + added * fresh[i];
  }
  ++layer_;
}

LayerMix::LayerMix(std::int64_t layer, std::int64_t dims)
    : layer_(layer),
      dims_(dims),
      mixing_(static_cast<std::size_t>(kHiddenFeatures * dims)),
      scale_(static_cast<std::size_t>(dims)),
      mean_(static_cast<std::size_t>(dims)) {
  const auto number = static_cast<std::uint64_t>(layer);
  FillNormal(kMixStream + number, 0, mixing_.size(), mixing_.data());
  FillNormal(kShapeStream + number, 0, scale_.size(), scale_.data());
  FillNormal(kShapeStream + number, scale_.size(), mean_.size(), mean_.data());
  for (float& scale : scale_) scale = std::exp(0.4f * scale);
  for (std::int64_t j = 0; j < std::min(kLargeDimensions, dims); ++j) {
    mean_[static_cast<std::size_t>(j * dims / kLargeDimensions)] = kLargeMean;
  }
  float power = 0;
  for (std::int64_t k = 0; k < kHiddenFeatures; ++k) power += 1.0f / static_cast<float>(k + 1);
  for (std::int64_t k = 0; k < kHiddenFeatures; ++k) {
    const float weight = std::sqrt(1.0f / static_cast<float>(k + 1) / power);
    for (std::size_t j = 0; j < scale_.size(); ++j) {
      mixing_[static_cast<std::size_t>(k * dims) + j] *= weight * scale_[j];
    }
  }
}

void LayerMix::Fill(const HiddenWords& hidden, std::int64_t first, std::int64_t count,
                    float* out) const {
  const auto dims = static_cast<std::size_t>(dims_);
  FillNormal(kNoiseStream + static_cast<std::uint64_t>(layer_),
             static_cast<std::uint64_t>(first) * dims, static_cast<std::size_t>(count) * dims, out);
  for (std::int64_t word = 0; word < count; ++word) {
    float* row = out + word * dims_;
    for (std::size_t j = 0; j < dims; ++j) row[j] = mean_[j] + kNoise * scale_[j] * row[j];
  }
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(count),
              static_cast<int>(dims_), static_cast<int>(kHiddenFeatures), 1.0f,
              hidden.values().data() + first * kHiddenFeatures, static_cast<int>(kHiddenFeatures),
              mixing_.data(), static_cast<int>(dims_), 1.0f, out, static_cast<int>(dims_));
}

}  // namespace brainalign
