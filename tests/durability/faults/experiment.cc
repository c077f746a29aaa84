#include <openssl/evp.h>

#include <array>
#include <random>
#include <utility>

#include "absl/strings/escaping.h"
#include "core/align/alignment.h"
#include "tests/core/align/simulated_inputs.h"
#include "tests/durability/faults/scripted_life.h"

namespace brainalign {
namespace {

std::string HexSha256(const std::string& bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  return absl::BytesToHexString(
      std::string(static_cast<const char*>(static_cast<const void*>(digest.data())), size));
}

TensorBytes Named(v1::DataType type, const std::vector<std::int64_t>& shape, std::string bytes) {
  TensorBytes tensor;
  tensor.ref.set_digest(HexSha256(bytes));
  tensor.ref.mutable_spec()->set_data_type(type);
  tensor.ref.mutable_spec()->mutable_shape()->Assign(shape.begin(), shape.end());
  tensor.bytes = std::move(bytes);
  return tensor;
}

std::string Bytes(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

TensorBytes Copy(const Tensor& tensor) {
  return Named(v1::DATA_TYPE_F32, tensor.spec().shape,
               Bytes(tensor.data(), static_cast<std::size_t>(tensor.size_bytes())));
}

template <typename Number>
TensorBytes WordList(v1::DataType type, const std::vector<Number>& numbers) {
  return Named(type, {std::ssize(numbers)}, Bytes(numbers.data(), numbers.size() * sizeof(Number)));
}

TensorBytes Random(std::uint64_t seed, std::size_t size) {
  std::mt19937_64 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return Named(v1::DATA_TYPE_I16, {static_cast<std::int64_t>(size / 2)}, bytes);
}

}  // namespace

Experiment MakeExperiment() {
  SimulatedShape shape;
  shape.words = 80;
  shape.sensors = 3;
  shape.layers = 2;
  shape.dims = 4;
  const AlignmentInputs inputs = SimulateRecording(shape);

  Experiment experiment;
  experiment.tensors["left half"] = Random(1, 6000);
  experiment.tensors["abandoned"] = Random(2, 4000);
  experiment.tensors["recording"] = Copy(inputs.brain.continuous);
  v1::AlignmentSpec spec;
  v1::BrainInput& brain = *spec.mutable_brain();
  *brain.mutable_continuous() = experiment.tensors["recording"].ref;
  brain.set_sfreq_hz(inputs.brain.sfreq_hz);
  experiment.tensors["onsets"] = WordList(v1::DATA_TYPE_F64, inputs.brain.onsets_seconds);
  *brain.mutable_onsets_seconds() = experiment.tensors["onsets"].ref;
  brain.mutable_times_seconds()->Assign(inputs.brain.times_seconds.begin(),
                                        inputs.brain.times_seconds.end());
  experiment.tensors["groups"] = WordList(v1::DATA_TYPE_I64, inputs.brain.groups);
  *brain.mutable_groups() = experiment.tensors["groups"].ref;
  for (const LayerInput& layer : inputs.layers) {
    experiment.tensors[layer.name] = Copy(layer.activations);
    v1::LayerInput& proto = *spec.add_layers();
    *proto.mutable_activations() = experiment.tensors[layer.name].ref;
    proto.set_relative_depth(layer.relative_depth);
    proto.set_name(layer.name);
  }

  // Each request its own inner folds, and so its own cache key; "first again" is
  // answered from the cache.
  int inner_folds = 3;
  for (const char* id : {"first", "running", "queued", "overnight", "second"}) {
    AlignmentOptions options;
    options.inner_folds = inner_folds++;
    const auto alignment = Alignment::Create(inputs, options, nullptr);
    const CancelFlag never(false);
    const auto result = RunAlignment(**alignment, 1, never, nullptr);
    experiment.scores[id] = result->score;
    v1::CreateJobRequest& request = experiment.jobs[id];
    request.set_request_id(id);
    request.set_display_name(id);
    *request.mutable_spec() = spec;
    request.mutable_spec()->mutable_options()->set_inner_folds(options.inner_folds);
  }
  v1::CreateJobRequest& again = experiment.jobs["first again"];
  again = experiment.jobs["first"];
  again.set_request_id("first again");
  again.set_display_name("first again");
  experiment.scores["first again"] = experiment.scores["first"];
  return experiment;
}

}  // namespace brainalign
