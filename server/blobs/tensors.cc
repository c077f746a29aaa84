#include "server/blobs/tensors.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/files/file.h"
#include "server/store/changes.h"

namespace brainalign {

Tensors::Tensors(absl::Duration grace, Clock clock, Store* store, BlobFolder* blobs)
    : grace_(grace), clock_(std::move(clock)), store_(store), blobs_(blobs) {}

absl::Duration Tensors::settle_time() const { return std::min(grace_, absl::Hours(1)); }

absl::StatusOr<bool> Tensors::Has(const std::string& project, const std::string& digest) const {
  auto holding = store_->FindHolding(digest, project);
  if (!holding.ok()) return holding.status();
  if (!holding->has_value()) return false;
  return IsThere(digest);
}

absl::StatusOr<bool> Tensors::Use(const std::string& project, const std::string& digest) {
  const Turns::Turn turn(turns_, {digest});
  auto holding = store_->FindHolding(digest, project);
  if (!holding.ok()) return holding.status();
  if (!holding->has_value()) return false;
  auto blob = store_->FindBlob(digest);
  if (!blob.ok()) return blob.status();
  if (!blob->has_value() || !blobs_->Has(digest, (*blob)->size_bytes)) return false;
  Blob used = **blob;
  const absl::Time now = clock_();
  // Not every use is worth a write.
  if (!used.is_marked() && now - used.last_use_time < grace_ / 16 &&
      now - (*holding)->last_use_time < grace_ / 16) {
    return true;
  }
  const bool needed = used.is_marked();
  used.last_use_time = now;
  used.mark_time = absl::InfinitePast();
  const absl::Status saved =
      store_->Commit(SaveUse(digest, used, project, Holding{used.size_bytes, now}));
  if (!saved.ok() && needed) return saved;
  return true;
}

absl::StatusOr<bool> Tensors::IsThere(const std::string& digest) const {
  auto blob = store_->FindBlob(digest);
  if (!blob.ok()) return blob.status();
  return blob->has_value() && blobs_->Has(digest, (*blob)->size_bytes);
}

absl::Status Tensors::Share(const Upload& completed) {
  auto blob = store_->FindBlob(completed.tensor.digest);
  if (!blob.ok()) return blob.status();
  Blob shared = **blob;
  shared.last_use_time = clock_();
  shared.mark_time = absl::InfinitePast();
  // The record first: a part file of a complete upload is removed at the next start.
  absl::Status status = store_->Commit(CompleteUpload(completed, shared));
  if (status.ok()) Remove(blobs_->PartPath(completed.upload_id)).IgnoreError();
  return status;
}

absl::Status Tensors::Publish(const Upload& completed) {
  const std::string& digest = completed.tensor.digest;
  const Turns::Turn turn(turns_, {digest});
  auto there = IsThere(digest);
  if (!there.ok()) return there.status();
  if (*there) return Share(completed);
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
  if (!status.ok()) return status;
  const auto identity = blobs_->Identify(digest);
  MutexLock lock(mutex_);
  if (identity) verified_[digest] = *identity;
  return status;
}

absl::Status Tensors::DropDamaged(const std::string& digest) {
  const Turns::Turn turn(turns_, {digest});
  VerifyAgain(digest);
  if (absl::Status status = Drop(digest); !status.ok()) return status;
  return blobs_->Quarantine(digest);
}

absl::Status Tensors::Drop(const std::string& digest) {
  auto held = store_->ListHoldings(digest);
  if (!held.ok()) return held.status();
  std::vector<std::string> projects;
  for (const Store::HeldBy& by : *held) projects.push_back(by.project);
  return store_->Commit(DropBlob(digest, projects));
}

absl::Status Tensors::DropUnusedHoldings(const std::string& digest) {
  auto held = store_->ListHoldings(digest);
  if (!held.ok()) return held.status();
  const absl::Time now = clock_();
  for (const auto& [project, holding] : *held) {
    // As long as if no other project held it.
    if (now - holding.last_use_time < grace_ + settle_time()) continue;
    if (absl::Status status = store_->Commit(DropHolding(digest, project)); !status.ok()) {
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status Tensors::RemoveOrMark(const std::string& digest, Removed& removed) {
  const Turns::Turn turn(turns_, {digest});
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
  if (now - blob.last_use_time < grace_) return DropUnusedHoldings(digest);
  if (!blob.is_marked()) {
    blob.mark_time = now;
    ++removed.marked;
    return store_->Commit(SaveBlob(digest, blob));
  }
  if (now - blob.mark_time < settle_time()) return absl::OkStatus();
  // The record first: a file without one is found by a later round.
  if (absl::Status status = Drop(digest); !status.ok()) return status;
  ++removed.tensors;
  removed.bytes += blob.size_bytes;
  return blobs_->RemoveBlob(digest);
}

absl::Status Tensors::RemoveStray(const std::string& digest, Removed& removed) {
  const Turns::Turn turn(turns_, {digest});
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
