#include "server/blobs/scrubber.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "server/store/changes.h"

namespace brainalign {
namespace {

constexpr std::int64_t kReadBytes = std::int64_t{1} << 20;
constexpr absl::Duration kSaveInterval = absl::Seconds(30);

}  // namespace

Scrubber::Scrubber(absl::Duration interval, Clock clock, Store* store, BlobFolder* blobs,
                   Tensors* tensors)
    : interval_(interval),
      clock_(std::move(clock)),
      store_(store),
      blobs_(blobs),
      tensors_(tensors) {
  auto saved = store_->FindScrub();
  if (saved.ok() && saved->has_value()) {
    state_ = **saved;
  } else {
    state_.idle = true;  // the first pass begins at once
  }
  buffer_.resize(static_cast<std::size_t>(kReadBytes));
}

ScrubState Scrubber::state() const {
  MutexLock lock(mutex_);
  return state_;
}

void Scrubber::Save() {
  // Where it cannot be saved, a pass after a restart begins a little earlier.
  store_->Commit(SaveScrub(state())).IgnoreError();
  save_time_ = clock_();
}

std::int64_t Scrubber::Step(std::int64_t bytes) {
  {
    MutexLock lock(mutex_);
    if (state_.idle) {
      if (clock_() < state_.last_end_time + interval_) return 0;
      state_.idle = false;
      state_.in_rows = false;
      state_.after.clear();
      state_.pass_begin_time = clock_();
    }
  }
  std::int64_t done = 0;
  while (done < bytes) {
    const ScrubState now = state();
    if (now.idle) break;
    if (now.in_rows) {
      done += StepInRows(bytes - done);
    } else if (file_ || OpenNext()) {
      done += StepInTensor(bytes - done);
    }
    if (clock_() - save_time_ >= kSaveInterval) Save();
  }
  return done;
}

bool Scrubber::OpenNext() {
  auto next = store_->NextBlob(state().after);
  if (!next.ok() || !next->has_value()) {
    MutexLock lock(mutex_);
    state_.in_rows = true;
    state_.after.clear();
    return false;
  }
  digest_ = **next;
  auto file = blobs_->OpenToRead(digest_);
  auto size = file.ok() ? file->SizeInBytes() : file.status();
  if (!size.ok()) {
    // Removed meanwhile, or lost; then it is missing for every request.
    spdlog::warn("check: {}", std::string(size.status().message()));
    LeaveTensor();
    return false;
  }
  file_ = *std::move(file);
  size_bytes_ = *size;
  offset_bytes_ = 0;
  sha_.emplace();
  return true;
}

std::int64_t Scrubber::StepInTensor(std::int64_t bytes) {
  const std::int64_t step = std::min({bytes, kReadBytes, size_bytes_ - offset_bytes_});
  const absl::Status read =
      file_->ReadAt(offset_bytes_, buffer_.data(), static_cast<std::size_t>(step));
  if (!read.ok()) {
    Found(absl::StrCat("tensor ", digest_, " cannot be read: ", read.message()));
    LeaveTensor();
    return step;
  }
  sha_->Update(buffer_.data(), static_cast<std::size_t>(step));
  file_->DropFromMemory(offset_bytes_, step);
  offset_bytes_ += step;
  if (offset_bytes_ == size_bytes_) {
    CompareTensor();
    LeaveTensor();
  }
  return step;
}

void Scrubber::CompareTensor() {
  if (absl::BytesToHexString(sha_->Finish()) == digest_) return;
  Found(absl::StrCat("tensor ", digest_, " is damaged; it is put into quarantine"));
  if (absl::Status status = tensors_->DropDamaged(digest_); !status.ok()) {
    spdlog::error("check: {}", std::string(status.message()));
  }
}

void Scrubber::LeaveTensor() {
  file_.reset();
  MutexLock lock(mutex_);
  state_.after = digest_;
}

std::int64_t Scrubber::StepInRows(std::int64_t bytes) {
  auto checked = store_->CheckRows(state().after, bytes);
  if (!checked.ok()) {
    Found(std::string(checked.status().message()));
    EndPass();
    return 0;
  }
  for (const std::string& row : checked->damaged) {
    Found(absl::StrCat("the ", row, " is damaged; it is computed again on request"));
  }
  {
    MutexLock lock(mutex_);
    state_.after = checked->last_key;
  }
  if (checked->is_end) EndPass();
  return checked->bytes;
}

void Scrubber::EndPass() {
  {
    MutexLock lock(mutex_);
    state_.idle = true;
    state_.last_end_time = clock_();
    spdlog::info("check: read all stored data; {} damaged so far", state_.damaged);
  }
  Save();
}

void Scrubber::Found(const std::string& what) {
  spdlog::error("check: {}", what);
  MutexLock lock(mutex_);
  ++state_.damaged;
}

}  // namespace brainalign
