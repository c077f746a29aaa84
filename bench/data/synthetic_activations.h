#ifndef BRAINALIGN_BENCH_DATA_SYNTHETIC_ACTIVATIONS_H_
#define BRAINALIGN_BENCH_DATA_SYNTHETIC_ACTIVATIONS_H_

#include <cstdint>
#include <vector>

#include "bench/workload.h"

namespace brainalign {

// Hidden features of a word in a layer, and how many of them (the strongest) show
// in the recording.
constexpr std::int64_t kHiddenFeatures = 192;
constexpr std::int64_t kFeaturesInBrain = 8;

// The hidden features of all words, layer after layer; neighbouring layers resemble
// each other.
class HiddenWords {
 public:
  explicit HiddenWords(std::int64_t words);

  void NextLayer();

  // (words, kHiddenFeatures), standard normal.
  const std::vector<float>& values() const { return values_; }

 private:
  std::uint64_t layer_ = 0;
  std::vector<float> values_;
};

// Activations of one layer: hidden features, feature k with power 1 / (k + 1), mixed
// into every dimension; noise; and, as in language models, dimensions of different
// scale, a few of which are large and nearly constant.
class LayerMix {
 public:
  LayerMix(std::int64_t layer, std::int64_t dims);

  // Activations (count, dims) of the words [first, first + count) into `out`.
  void Fill(const HiddenWords& hidden, std::int64_t first, std::int64_t count, float* out) const;

 private:
  const std::int64_t layer_;
  const std::int64_t dims_;
  std::vector<float> mixing_;  // (kHiddenFeatures, dims)
  std::vector<float> scale_;   // (dims)
  std::vector<float> mean_;    // (dims)
};

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_DATA_SYNTHETIC_ACTIVATIONS_H_
