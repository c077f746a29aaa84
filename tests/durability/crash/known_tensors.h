#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_KNOWN_TENSORS_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_KNOWN_TENSORS_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/tensor/tensor.h"

namespace brainalign {

// A tensor of random bytes, and what the server has acknowledged of its upload.
struct KnownTensor {
  std::uint64_t seed = 0;
  std::int64_t size_bytes = 0;
  std::string digest;

  std::string upload_id;             // of the upload that was begun by hand, if any
  std::int64_t committed_bytes = 0;  // of that upload
  bool given_up = false;             // its end was acknowledged
  bool stored = false;               // the whole was acknowledged

  Tensor Bytes() const;
};

// The model outside the server, for tensors. From any thread.
class KnownTensors {
 public:
  explicit KnownTensors(std::uint64_t seed) : next_seed_(seed << 20) {}

  // One that nobody has, of a size by chance.
  KnownTensor New(std::mt19937_64& random);

  // Keeps what was acknowledged of it; one that comes back replaces its older self.
  void Keep(const KnownTensor& tensor);

  // Takes one out whose upload is open, for the caller alone until it is kept again.
  std::optional<KnownTensor> TakeOpen(std::mt19937_64& random);

  std::optional<KnownTensor> PickStored(std::mt19937_64& random) const;
  std::vector<KnownTensor> All() const;

 private:
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::uint64_t next_seed_;
  std::map<std::string, KnownTensor> by_digest_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_KNOWN_TENSORS_H_
