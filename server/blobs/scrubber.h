#ifndef BRAINALIGN_SERVER_BLOBS_SCRUBBER_H_
#define BRAINALIGN_SERVER_BLOBS_SCRUBBER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/mutex.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/rows/digest.h"
#include "server/rows/scrub.h"
#include "server/runtime/clock.h"
#include "server/store/store.h"

namespace brainalign {

// The background check: reads all stored data in small steps and compares them with their checksums
// (tensors with their digests, tiles and results with their seals). A damaged tensor counts as
// missing from then on. A damaged row is computed again on request. The position survives a
// restart, up to the present tensor. Used by one thread, except for state(). The pointers must
// outlive it.
class Scrubber {
 public:
  // A pass begins `interval` after the end of the one before.
  Scrubber(absl::Duration interval, Clock clock, Store* store, BlobFolder* blobs, Tensors* tensors);

  // Reads on, by `bytes` or a little more. Returns how many it read: 0 while there is
  // nothing to do.
  std::int64_t Step(std::int64_t bytes);
  // Makes the position durable.
  void Save();

  ScrubState state() const;

 private:
  // Continues inside a tensor, at most to its end.
  std::int64_t StepInTensor(std::int64_t bytes);
  std::int64_t StepInRows(std::int64_t bytes);
  // Opens the next tensor; false if there is none.
  bool OpenNext();
  void CompareTensor();
  void LeaveTensor();
  void EndPass();
  void Found(const std::string& what);

  // Fixed after construction.
  const absl::Duration interval_;
  const Clock clock_;
  Store* const store_;
  BlobFolder* const blobs_;
  Tensors* const tensors_;

  // The tensor under way.
  std::string digest_;
  std::optional<File> file_;
  std::int64_t size_bytes_ = 0;
  std::int64_t offset_bytes_ = 0;
  std::optional<Sha256> sha_;
  std::string buffer_;
  absl::Time save_time_ = absl::InfinitePast();

  mutable Mutex mutex_;
  ScrubState state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_SCRUBBER_H_
