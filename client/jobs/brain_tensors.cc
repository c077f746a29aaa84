#include "client/jobs/brain_tensors.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

namespace brainalign {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of a tensor");

template <typename Number>
Tensor TensorOf(DType dtype, const std::vector<Number>& numbers) {
  std::vector<std::byte> bytes(numbers.size() * sizeof(Number));
  std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return *Tensor::FromBytes({dtype, {static_cast<std::int64_t>(numbers.size())}, Order::kC},
                            std::move(bytes));
}

// The lists of a recording: what each is called, and where it goes.
struct BrainList {
  const char* name;
  std::optional<Tensor> (*read)(const BrainInput& brain);
  std::optional<StoredTensor> RequestedBrain::*place;
};

template <typename Number>
std::optional<Tensor> TensorIfAny(DType dtype, const std::vector<Number>& numbers) {
  if (numbers.empty()) return std::nullopt;
  return TensorOf(dtype, numbers);
}

// A start at 0 alone says nothing.
std::optional<Tensor> StartsIfAny(const BrainInput& brain) {
  if (brain.session_starts.size() < 2) return std::nullopt;
  return TensorOf(DType::kI64, brain.session_starts);
}

// In the order of TensorsOf.
const std::array<BrainList, 4>& BrainLists() {
  static constexpr std::array<BrainList, 4> kLists = {{
      {"onsets",
       [](const BrainInput& brain) { return TensorIfAny(DType::kF64, brain.onsets_seconds); },
       &RequestedBrain::onsets_seconds},
      {"groups", [](const BrainInput& brain) { return TensorIfAny(DType::kI64, brain.groups); },
       &RequestedBrain::groups},
      {"sessions", [](const BrainInput& brain) { return TensorIfAny(DType::kI64, brain.sessions); },
       &RequestedBrain::sessions},
      {"session starts", StartsIfAny, &RequestedBrain::session_starts},
  }};
  return kLists;
}

}  // namespace

std::vector<TensorToUpload> TensorsOf(const BrainInput& brain) {
  std::vector<TensorToUpload> tensors;
  tensors.push_back(brain.is_continuous()
                        ? TensorToUpload{.name = "recording", .tensor = brain.continuous}
                        : TensorToUpload{.name = "epochs", .tensor = brain.epochs});
  for (const BrainList& list : BrainLists()) {
    std::optional<Tensor> tensor = list.read(brain);
    if (tensor) tensors.push_back({.name = list.name, .tensor = *std::move(tensor)});
  }
  return tensors;
}

RequestedBrain BrainFor(const BrainInput& brain, const std::vector<StoredTensor>& stored) {
  RequestedBrain requested;
  requested.tensor = stored[0];
  requested.is_continuous = brain.is_continuous();
  requested.sfreq_hz = brain.sfreq_hz;
  requested.times_seconds = brain.times_seconds;
  std::size_t next = 1;
  for (const BrainList& list : BrainLists()) {
    if (list.read(brain).has_value()) requested.*list.place = stored[next++];
  }
  return requested;
}

}  // namespace brainalign
