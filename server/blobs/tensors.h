#ifndef BRAINALIGN_SERVER_BLOBS_TENSORS_H_
#define BRAINALIGN_SERVER_BLOBS_TENSORS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/mutex.h"
#include "core/tensor/facts.h"
#include "core/tensor/tensor.h"
#include "server/blobs/blob_folder.h"
#include "server/rows/upload.h"
#include "server/runtime/clock.h"
#include "server/runtime/turns.h"
#include "server/store/store.h"

namespace brainalign {

// The complete and verified tensors: each has a record and a file, and a record for each project
// that has sent the bytes and so holds the tensor. Bytes that several projects hold are on the disk
// once, and no project can notice it. Thread-safe. `store` and `blobs` must outlive it.
//
// A tensor that no unfinished job needs and no client asked for during the grace time is removed in
// two phases. First it is marked, durably. If it is still marked some time later, the record is
// removed, and then the file. A request for the tensor removes the mark.
class Tensors {
 public:
  // An unused tensor is kept for `grace` after its last use.
  Tensors(absl::Duration grace, Clock clock, Store* store, BlobFolder* blobs);

  // Whether the project holds the tensor and its bytes exist, to read them once.
  absl::StatusOr<bool> Has(const std::string& project, const std::string& digest) const;
  // The same for a caller that will use the tensor later: its grace time starts again.
  absl::StatusOr<bool> Use(const std::string& project, const std::string& digest);

  // Makes the verified part file of the upload a tensor that the upload's project holds, durably.
  // If the bytes exist already, the part file is removed. After a failure it is a part file again,
  // or (INTERNAL) lost.
  absl::Status Publish(const Upload& completed);

  // Compares the tensor with its digest, the first time that it is asked for in the
  // server's life, and again where its file was written to or replaced since. DATA_LOSS if it is
  // damaged: it is then missing; CANCELLED as soon as `go_on` returns false.
  absl::Status VerifyOnce(const std::string& digest, const std::function<bool()>& go_on);
  // Call it if reading the tensor failed: it is compared with its digest again at the next use.
  void VerifyAgain(const std::string& digest);

  struct Mapped {
    Tensor tensor;
    TensorFacts facts;  // nothing is known if reading was stopped, or not all could be read
  };
  // Maps the tensor. Its facts are kept with its record, if it is verified: it is read for them
  // until then. Errors as BlobFolder::OpenTensor.
  absl::StatusOr<Mapped> Map(const TensorRef& ref, const std::function<bool()>& go_on);

  // Bytes that were read since the server started, for nothing but to look at them.
  struct CheckedBytes {
    std::int64_t verified = 0;  // by VerifyOnce
    std::int64_t facts = 0;     // by Map
  };
  CheckedBytes CountChecked() const;

  // A tensor's bytes turned out to be damaged: it is missing from now on, so that it
  // can be sent again, and the bytes are put aside.
  absl::Status DropDamaged(const std::string& digest);

  struct Removed {
    int marked = 0;
    int tensors = 0;
    int stray_files = 0;  // files without a record, because of a crash
    std::int64_t bytes = 0;
  };
  // One round of removing. Stops early when `go_on` returns false.
  absl::StatusOr<Removed> RemoveUnused(const std::function<bool()>& go_on);

  // How long a tensor stays marked before it is removed.
  absl::Duration settle_time() const;

 private:
  // Whether the bytes exist, for any project.
  absl::StatusOr<bool> IsThere(const std::string& digest) const;
  absl::Status RemoveOrMark(const std::string& digest, Removed& removed);
  absl::Status RemoveStray(const std::string& digest, Removed& removed);

  // The right to read a whole tensor, for one caller at a time. A caller that waited can use the
  // facts that the first one found.
  class Reading;
  bool IsVerified(const std::string& digest) const;
  absl::StatusOr<std::optional<TensorFacts>> FindFacts(const TensorRef& ref) const;
  void KeepFacts(const TensorRef& ref, const TensorFacts& facts);

  // By who has the turn of the digest:
  // The upload's project holds, too, what is there.
  absl::Status Share(const Upload& completed);
  // A project that has not used the tensor for this long no longer holds it.
  absl::Status DropUnusedHoldings(const std::string& digest);
  // Removes its record; no project holds it then.
  absl::Status Drop(const std::string& digest);

  // Fixed after construction.
  const absl::Duration grace_;
  const Clock clock_;
  Store* const store_;
  BlobFolder* const blobs_;

  // At digests. Whoever makes a record and its file agree has the turn, so that another
  // project's upload of the same bytes is not taken back with this one.
  Turns turns_;
  // Never held during disk I/O.
  mutable Mutex mutex_;
  // The state of the files when they were compared.
  std::map<std::string, BlobFolder::FileIdentity> verified_ ABSL_GUARDED_BY(mutex_);
  std::set<std::string> being_read_ ABSL_GUARDED_BY(mutex_);
  Condition read_;  // one of being_read_ is not any more
  CheckedBytes checked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BLOBS_TENSORS_H_
