// Computes an alignment in this process, without a server and without gRPC.
//
// The recording is random. The only layer has one dimension, the value of sensor 0 at the second
// time sample. So the score is 1 there, and about 0 at the other times.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "brainalign/core/align/alignment.h"
#include "brainalign/core/version.h"

namespace {

brainalign::Tensor TensorOf(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return *brainalign::Tensor::FromBytes({brainalign::DType::kF32, std::move(shape)},
                                        std::move(bytes));
}

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
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
  inputs.layers.push_back({TensorOf({kWords, 1}, activations), /*relative_depth=*/1.0, "layer"});

  const auto alignment =
      brainalign::Alignment::Create(inputs, brainalign::AlignmentOptions(), /*problems=*/nullptr);
  if (!alignment.ok()) return Fail(alignment.status());
  const brainalign::CancelFlag cancel = false;
  const auto result =
      brainalign::RunAlignment(**alignment, /*threads=*/1, cancel, /*on_tile=*/nullptr);
  if (!result.ok()) return Fail(result.status());
  std::printf("brainalign %s: %.3f %.3f %.3f\n", brainalign::Version(), result->score[0],
              result->score[1], result->score[2]);
  const bool is_as_made = result->score[1] > 0.999 && std::abs(result->score[0]) < 0.3 &&
                          std::abs(result->score[2]) < 0.3;
  return is_as_made ? 0 : 1;
}
