// Aligns a made-up recording with made-up activations, by the numerical library alone. A
// layer's activation is what sensor 0 says at the second time sample, so that it must
// align there perfectly, and nowhere else.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <random>
#include <vector>

#include "core/align/alignment.h"
#include "core/version.h"

namespace {

brainalign::Tensor TensorOf(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return *brainalign::Tensor::FromBytes({brainalign::DType::kF32, std::move(shape)},
                                        std::move(bytes));
}

}  // namespace

int main() {
  constexpr int kWords = 400;
  constexpr int kSensors = 3;
  constexpr int kTimes = 3;
  std::mt19937 generator(7);
  std::normal_distribution<float> normal;
  std::vector<float> epochs(kWords * kSensors * kTimes);  // (w, s, T)
  for (float& value : epochs) value = normal(generator);
  std::vector<float> activations(kWords);  // (w, 1)
  for (int word = 0; word < kWords; ++word) {
    activations[word] = epochs[(word * kSensors + 0) * kTimes + 1];
  }
  brainalign::AlignmentInputs inputs;
  inputs.brain.epochs = TensorOf({kWords, kSensors, kTimes}, epochs);
  inputs.brain.times_seconds = {0, 0.1, 0.2};
  inputs.layers.push_back({TensorOf({kWords, 1}, activations), 1.0, "layer"});

  const auto alignment = brainalign::Alignment::Create(inputs, {}, nullptr);
  if (!alignment.ok()) {
    std::fprintf(stderr, "%s\n", alignment.status().ToString().c_str());
    return 1;
  }
  const auto result =
      brainalign::RunAlignment(**alignment, 1, brainalign::CancelFlag(), nullptr, nullptr);
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n", result.status().ToString().c_str());
    return 1;
  }
  std::printf("brainalign %s: %.3f %.3f %.3f\n", brainalign::Version(), result->score[0],
              result->score[1], result->score[2]);
  const bool as_made = result->score[1] > 0.999 && std::abs(result->score[0]) < 0.3 &&
                       std::abs(result->score[2]) < 0.3;
  return as_made ? 0 : 1;
}
