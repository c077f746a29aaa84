#include "tests/durability/crash/known_tensors.h"

#include <iterator>

#include "tests/durability/stage/random_tensor.h"

namespace brainalign {

Tensor KnownTensor::Bytes() const { return RandomTensor(seed, size_bytes); }

KnownTensor KnownTensors::New(std::mt19937_64& random) {
  KnownTensor fresh;
  // From a few bytes to some sync intervals and chunks, small ones more often.
  const int bits = std::uniform_int_distribution<int>(1, 21)(random);
  fresh.size_bytes = 2 + 2 * static_cast<std::int64_t>(random() % (std::uint64_t{1} << bits));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    fresh.seed = next_seed_++;
  }
  fresh.digest = DigestOf(fresh.Bytes());
  return fresh;
}

void KnownTensors::Keep(const KnownTensor& tensor) {
  const std::lock_guard<std::mutex> lock(mutex_);
  by_digest_[tensor.digest] = tensor;
}

std::optional<KnownTensor> KnownTensors::TakeOpen(std::mt19937_64& random) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> open;
  for (const auto& [digest, tensor] : by_digest_) {
    if (!tensor.upload_id.empty() && !tensor.given_up && !tensor.stored) open.push_back(digest);
  }
  if (open.empty()) return std::nullopt;
  const auto found = by_digest_.find(open[random() % open.size()]);
  KnownTensor taken = found->second;
  by_digest_.erase(found);
  return taken;
}

std::optional<KnownTensor> KnownTensors::PickStored(std::mt19937_64& random) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (by_digest_.empty()) return std::nullopt;
  auto at = by_digest_.begin();
  std::advance(at, static_cast<std::ptrdiff_t>(random() % by_digest_.size()));
  for (std::size_t tried = 0; tried < by_digest_.size(); ++tried) {
    if (at->second.stored) return at->second;
    if (++at == by_digest_.end()) at = by_digest_.begin();
  }
  return std::nullopt;
}

std::vector<KnownTensor> KnownTensors::All() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<KnownTensor> all;
  all.reserve(by_digest_.size());
  for (const auto& [digest, tensor] : by_digest_) all.push_back(tensor);
  return all;
}

}  // namespace brainalign
