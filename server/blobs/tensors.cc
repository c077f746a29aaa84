#include "server/blobs/tensors.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/store/changes.h"

namespace brainalign {

Tensors::Tensors(absl::Duration grace, Clock clock, Store* store, BlobFolder* blobs)
    : grace_(grace), clock_(std::move(clock)), store_(store), blobs_(blobs) {}

absl::Duration Tensors::settle_time() const { return std::min(grace_, absl::Hours(1)); }

absl::StatusOr<bool> Tensors::Has(const std::string& digest) const {
  auto blob = store_->FindBlob(digest);
  if (!blob.ok()) return blob.status();
  return blob->has_value() && blobs_->Has(digest, (*blob)->size_bytes);
}

absl::StatusOr<bool> Tensors::Use(const std::string& digest) {
  MutexLock lock(mutex_);
  auto blob = store_->FindBlob(digest);
  if (!blob.ok()) return blob.status();
  if (!blob->has_value() || !blobs_->Has(digest, (*blob)->size_bytes)) return false;
  Blob used = **blob;
  const absl::Time now = clock_();
  // Not every use is worth a write.
  if (!used.is_marked() && now - used.last_use_time < grace_ / 16) return true;
  const bool needed = used.is_marked();
  used.last_use_time = now;
  used.mark_time = absl::InfinitePast();
  const absl::Status saved = store_->Commit(SaveBlob(digest, used));
  if (!saved.ok() && needed) return saved;
  return true;
}

absl::Status Tensors::Publish(const Upload& completed) {
  const std::string& digest = completed.tensor.digest;
  {
    MutexLock lock(mutex_);
    publishing_.insert(digest);
  }
  absl::Status status = blobs_->Publish(completed.upload_id, digest);
  if (status.ok()) {
    const absl::Time now = clock_();
    status = store_->Commit(CompleteUpload(completed, {completed.size_bytes, now, now}));
  }
  if (!status.ok() && !blobs_->Unpublish(completed.upload_id, digest).ok()) {
    status = absl::InternalError(
        absl::StrCat("the upload is lost, because its file could not be renamed; start it again: ",
                     status.message()));
  }
  MutexLock lock(mutex_);
  publishing_.erase(digest);
  if (status.ok()) verified_.insert(digest);
  return status;
}

absl::Status Tensors::VerifyOnce(const std::string& digest, const std::function<bool()>& go_on) {
  {
    MutexLock lock(mutex_);
    if (verified_.count(digest) != 0) return absl::OkStatus();
  }
  absl::Status status = blobs_->Verify(digest, go_on);
  if (absl::IsDataLoss(status)) {
    if (absl::Status dropped = DropDamaged(digest); !dropped.ok()) return dropped;
  }
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  verified_.insert(digest);
  return absl::OkStatus();
}

absl::Status Tensors::DropDamaged(const std::string& digest) {
  MutexLock lock(mutex_);
  verified_.erase(digest);
  if (absl::Status status = store_->Commit(DropBlob(digest)); !status.ok()) return status;
  return blobs_->Quarantine(digest);
}

absl::Status Tensors::RemoveOrMark(const std::string& digest, Removed& removed) {
  MutexLock lock(mutex_);
  auto found = store_->FindBlob(digest);
  if (!found.ok()) return found.status();
  if (!found->has_value()) return absl::OkStatus();
  Blob blob = **found;
  const absl::Time now = clock_();
  auto needed = store_->IsNeeded(digest);
  if (!needed.ok()) return needed.status();
  if (*needed) {
    // Its grace time begins when the last job that needs it has ended.
    if (!blob.is_marked() && now - blob.last_use_time < grace_ / 16) return absl::OkStatus();
    blob.last_use_time = now;
    blob.mark_time = absl::InfinitePast();
    return store_->Commit(SaveBlob(digest, blob));
  }
  if (now - blob.last_use_time < grace_) return absl::OkStatus();
  if (!blob.is_marked()) {
    blob.mark_time = now;
    ++removed.marked;
    return store_->Commit(SaveBlob(digest, blob));
  }
  if (now - blob.mark_time < settle_time()) return absl::OkStatus();
  // The record first: a file without one is found by a later round.
  if (absl::Status status = store_->Commit(DropBlob(digest)); !status.ok()) return status;
  ++removed.tensors;
  removed.bytes += blob.size_bytes;
  return blobs_->RemoveBlob(digest);
}

absl::Status Tensors::RemoveStray(const std::string& digest, Removed& removed) {
  MutexLock lock(mutex_);
  if (publishing_.count(digest) != 0) return absl::OkStatus();
  auto blob = store_->FindBlob(digest);
  if (!blob.ok()) return blob.status();
  if (blob->has_value()) return absl::OkStatus();
  ++removed.stray_files;
  return blobs_->RemoveBlob(digest);
}

absl::StatusOr<Tensors::Removed> Tensors::RemoveUnused(const std::function<bool()>& go_on) {
  Removed removed;
  auto digests = store_->ListBlobs();
  if (!digests.ok()) return digests.status();
  for (const std::string& digest : *digests) {
    if (!go_on()) return removed;
    if (absl::Status status = RemoveOrMark(digest, removed); !status.ok()) return status;
  }
  const std::set<std::string> known(digests->begin(), digests->end());
  for (const std::string& digest : blobs_->ListBlobs()) {
    if (!go_on()) return removed;
    if (known.count(digest) != 0) continue;
    if (absl::Status status = RemoveStray(digest, removed); !status.ok()) return status;
  }
  return removed;
}

}  // namespace brainalign
