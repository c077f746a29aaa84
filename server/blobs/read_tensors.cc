#include <chrono>
#include <utility>

#include "server/blobs/tensors.h"
#include "server/store/changes.h"

// Results of reading a whole tensor: that its bytes match its digest (kept in memory), and the
// facts about its elements (kept with its record).

namespace brainalign {

class Tensors::Reading {
 public:
  // Waits until no other thread reads it, or `go_on` returns false.
  Reading(Tensors& tensors, std::string digest, const std::function<bool()>& go_on)
      : tensors_(tensors), digest_(std::move(digest)) {
    while (!(has_turn_ = Take()) && go_on()) {
    }
  }
  ~Reading() {
    if (!has_turn_) return;
    MutexLock lock(tensors_.mutex_);
    tensors_.being_read_.erase(digest_);
    tensors_.read_.notify_all();
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  bool has_turn() const { return has_turn_; }

 private:
  // `go_on` is called without the lock.
  bool Take() {
    constexpr std::chrono::milliseconds kBetweenAsking{100};
    MutexLock lock(tensors_.mutex_);
    if (tensors_.being_read_.insert(digest_).second) return true;
    tensors_.read_.wait_for(tensors_.mutex_, kBetweenAsking);
    return tensors_.being_read_.insert(digest_).second;
  }

  Tensors& tensors_;
  const std::string digest_;
  bool has_turn_ = false;
};

bool Tensors::IsVerified(const std::string& digest) const {
  const auto identity = blobs_->Identify(digest);
  MutexLock lock(mutex_);
  const auto found = verified_.find(digest);
  return identity && found != verified_.end() && found->second == *identity;
}

absl::Status Tensors::VerifyOnce(const std::string& digest, const std::function<bool()>& go_on) {
  if (IsVerified(digest)) return absl::OkStatus();
  const Reading reading(*this, digest, go_on);
  if (!reading.has_turn()) return absl::CancelledError("the check was cancelled");
  if (IsVerified(digest)) return absl::OkStatus();
  // The state from before the read: bytes that are written meanwhile are compared the next time.
  const auto identity = blobs_->Identify(digest);
  absl::Status status = blobs_->Verify(digest, go_on);
  if (absl::IsDataLoss(status)) {
    if (absl::Status dropped = DropDamaged(digest); !dropped.ok()) return dropped;
  }
  if (!status.ok()) return status;
  MutexLock lock(mutex_);
  if (identity) {
    verified_[digest] = *identity;
    checked_.verified += identity->size_bytes;
  }
  return absl::OkStatus();
}

void Tensors::VerifyAgain(const std::string& digest) {
  MutexLock lock(mutex_);
  verified_.erase(digest);
}

absl::StatusOr<Tensors::Mapped> Tensors::Map(const TensorRef& ref,
                                             const std::function<bool()>& go_on) {
  auto tensor = blobs_->OpenTensor(ref);
  if (!tensor.ok()) return tensor.status();
  Mapped mapped{*std::move(tensor), {}};
  auto known = FindFacts(ref);
  if (!known.ok()) return known.status();
  if (!known->has_value()) {
    const Reading reading(*this, ref.digest, go_on);
    if (!reading.has_turn()) return mapped;
    known = FindFacts(ref);  // another thread may have read it meanwhile
    if (!known.ok()) return known.status();
    if (!known->has_value()) {
      bool stopped = false;
      const TensorFacts facts =
          brainalign::FindFacts(mapped.tensor, [&] { return stopped = stopped || !go_on(); });
      // The computation finds the same error, and knows the field.
      if (stopped || !mapped.tensor.CheckReadable().ok()) return mapped;
      {
        MutexLock lock(mutex_);
        checked_.facts += mapped.tensor.size_bytes();
      }
      KeepFacts(ref, facts);
      known = facts;
    }
  }
  mapped.facts = **known;
  return mapped;
}

absl::StatusOr<std::optional<TensorFacts>> Tensors::FindFacts(const TensorRef& ref) const {
  auto blob = store_->FindBlob(ref.digest);
  if (!blob.ok()) return blob.status();
  if (!blob->has_value()) return std::optional<TensorFacts>();
  const auto found = (*blob)->facts.find(ref.spec.dtype);
  if (found == (*blob)->facts.end()) return std::optional<TensorFacts>();
  return std::optional<TensorFacts>(found->second);
}

void Tensors::KeepFacts(const TensorRef& ref, const TensorFacts& facts) {
  const Turns::Turn turn(turns_, {ref.digest});
  // What damaged bytes look like is nothing to remember.
  if (!IsVerified(ref.digest)) return;
  auto blob = store_->FindBlob(ref.digest);
  if (!blob.ok() || !blob->has_value()) return;
  (*blob)->facts[ref.spec.dtype] = facts;
  // Where that fails they are looked for again.
  store_->Commit(SaveBlob(ref.digest, **blob)).IgnoreError();
}

Tensors::CheckedBytes Tensors::CountChecked() const {
  MutexLock lock(mutex_);
  return checked_;
}

}  // namespace brainalign
