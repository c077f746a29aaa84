#include "tests/core/align/simulated_inputs.h"

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <utility>

namespace brainalign {
namespace {

template <typename T>
Tensor TensorOf(DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return Tensor::FromBytes({dtype, std::move(shape), Order::kC}, std::move(bytes)).value();
}

}  // namespace

Tensor TensorOfFloats(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  return TensorOf(DType::kF32, std::move(shape), values);
}

Tensor TensorOfDoubles(std::vector<std::int64_t> shape, const std::vector<double>& values) {
  return TensorOf(DType::kF64, std::move(shape), values);
}

AlignmentInputs SimulateRecording(const SimulatedShape& shape) {
  std::mt19937_64 random(shape.seed);
  std::normal_distribution<float> normal;
  AlignmentInputs inputs;
  inputs.brain.sfreq_hz = 10;
  std::int64_t sample = 20;
  for (int word = 0; word < shape.words; ++word) {
    const int session = word * shape.sessions / shape.words;
    if (word > 0 && session != inputs.brain.groups.back()) sample += 60;
    inputs.brain.groups.push_back(session);
    inputs.brain.onsets_seconds.push_back(static_cast<double>(sample) / 10);
    sample += 2 + static_cast<std::int64_t>(random() % 4);
  }
  for (int t = 0; t < shape.times; ++t) inputs.brain.times_seconds.push_back(t / 10.0);

  const std::int64_t samples = sample + 20 + shape.times;
  std::vector<float> recording(static_cast<std::size_t>(shape.sensors * samples));
  for (float& value : recording) value = 2 * normal(random);
  for (int layer = 0; layer < shape.layers; ++layer) {
    std::vector<float> activations(static_cast<std::size_t>(shape.words * shape.dims));
    for (float& value : activations) value = normal(random) + 0.5f;
    for (std::size_t i = 0; shape.decay > 0 && i < activations.size(); ++i) {
      const auto d = static_cast<double>(i % static_cast<std::size_t>(shape.dims));
      activations[i] *= static_cast<float>(std::pow(1 + d, -shape.decay));
    }
    for (int s = 0; s < shape.sensors; ++s) {
      std::vector<float> weight(static_cast<std::size_t>(shape.dims));
      for (float& value : weight) value = 0.3f * normal(random);
      for (int word = 0; word < shape.words; ++word) {
        const auto onset =
            std::llround(inputs.brain.onsets_seconds[static_cast<std::size_t>(word)] * 10);
        for (int d = 0; d < shape.dims; ++d) {
          recording[static_cast<std::size_t>(s * samples + onset + layer % shape.times)] +=
              weight[static_cast<std::size_t>(d)] *
              activations[static_cast<std::size_t>(word * shape.dims + d)];
        }
      }
    }
    inputs.layers.push_back({TensorOfFloats({shape.words, shape.dims}, activations),
                             (layer + 1.0) / shape.layers, "layer " + std::to_string(layer)});
  }
  inputs.brain.continuous = TensorOfFloats({shape.sensors, samples}, recording);
  return inputs;
}

AlignmentInputs AsEpochs(const AlignmentInputs& recording) {
  const Tensor& continuous = recording.brain.continuous;
  const std::int64_t sensors = continuous.dim(0);
  std::vector<float> values;
  for (double onset : recording.brain.onsets_seconds) {
    for (std::int64_t s = 0; s < sensors; ++s) {
      for (double time : recording.brain.times_seconds) {
        const std::int64_t at = std::llround(onset * 10) + std::llround(time * 10);
        values.push_back(static_cast<float>(continuous.At(s * continuous.dim(1) + at)));
      }
    }
  }
  AlignmentInputs epochs = recording;
  epochs.brain.continuous = Tensor();
  epochs.brain.sfreq_hz = 0;
  epochs.brain.epochs =
      TensorOfFloats({static_cast<std::int64_t>(recording.brain.onsets_seconds.size()), sensors,
                      static_cast<std::int64_t>(recording.brain.times_seconds.size())},
                     values);
  return epochs;
}

}  // namespace brainalign
