#ifndef BRAINALIGN_SERVER_BLOBS_TENSOR_CARE_H_
#define BRAINALIGN_SERVER_BLOBS_TENSOR_CARE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/mutex.h"
#include "server/blobs/scrubber.h"
#include "server/blobs/tensors.h"
#include "server/runtime/clock.h"

namespace brainalign {

// Slow background work on its own thread: removes unused tensors, and runs the background check.
class TensorCare {
 public:
  struct Settings {
    std::int64_t scrub_bytes_per_second = std::int64_t{16} << 20;  // 0: no check
    absl::Duration removal_interval = absl::Hours(1);
  };
  // The pointers must outlive it. RESOURCE_EXHAUSTED if no thread can be started.
  static absl::StatusOr<std::unique_ptr<TensorCare>> Start(Settings settings, Clock clock,
                                                           Tensors* tensors, Scrubber* scrubber);
  ~TensorCare();

  // While one of these lives, no tensor is removed.
  class Pause {
   public:
    explicit Pause(TensorCare& care) : care_(care) { care_.removal_.lock(); }
    ~Pause() { care_.removal_.unlock(); }
    Pause(const Pause&) = delete;
    Pause& operator=(const Pause&) = delete;

   private:
    TensorCare& care_;
  };

 private:
  TensorCare(Settings settings, Clock clock, Tensors* tensors, Scrubber* scrubber);
  void Run();
  void RemoveUnused();

  // Fixed after construction.
  const Settings settings_;
  const Clock clock_;
  Tensors* const tensors_;
  Scrubber* const scrubber_;

  Mutex removal_;  // held while tensors are removed
  Mutex mutex_;
  Condition wake_;
  std::atomic<bool> stopping_{false};
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_TENSOR_CARE_H_
