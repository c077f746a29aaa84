#ifndef BRAINALIGN_CLIENT_SIMULATE_ACTIVATIONS_H_
#define BRAINALIGN_CLIENT_SIMULATE_ACTIVATIONS_H_

#include <cstdint>
#include <vector>

#include "client/simulate/normal.h"

namespace brainalign {

// How many hidden features a word has in a layer, and how many of them (the
// strongest) the brain responds to.
constexpr std::int64_t kFeatures = 48;
constexpr std::int64_t kBrainFeatures = 6;

// The hidden features of all words in one layer after another.
class HiddenFeatures {
 public:
  HiddenFeatures(std::uint64_t seed, std::int64_t words);

  // Goes on to the next layer, whose features correlate with those of the one before.
  void Advance();

  // (words, kFeatures), standard normal.
  const std::vector<float>& values() const { return values_; }

 private:
  RandomStream random_;
  bool first_ = true;
  std::vector<float> values_;
};

// One layer's activations, made a few words at a time.
class LayerActivations {
 public:
  LayerActivations(std::uint64_t seed, std::int64_t layer, std::int64_t dims);

  // Activations of the next word from its kFeatures hidden features, into `out`
  // (dims): feature k is mixed in with weight (k + 1)^-1/2, which gives a spectrum
  // of power k^-1, and noise of a quarter of the power is added.
  void NextWord(const float* features, float* out);

 private:
  RandomStream random_;
  std::int64_t dims_;
  std::vector<float> mixing_;  // (kFeatures, dims)
};

// The nearest bfloat16, ties to even. Requires a finite value.
std::uint16_t BFloat16Of(float value);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_SIMULATE_ACTIVATIONS_H_
