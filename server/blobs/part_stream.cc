#include "server/blobs/part_stream.h"

#include <utility>

#include "core/start_thread.h"
#include "server/rows/status_details.h"

namespace brainalign {

PartStream::PartStream(File* file, Sha256* sha, std::int64_t written_bytes,
                       std::int64_t durable_bytes, Settings settings, MakeDurable make_durable)
    : file_(file),
      sha_(sha),
      settings_(settings),
      make_durable_(std::move(make_durable)),
      taken_bytes_(written_bytes),
      written_bytes_(written_bytes),
      hashed_bytes_(written_bytes),
      writeback_bytes_(written_bytes),
      durable_bytes_(durable_bytes) {}

PartStream::~PartStream() { Stop(); }

absl::Status PartStream::Start() {
  struct Step {
    std::jthread& thread;
    void (PartStream::*work)();
  };
  // In this order, because the hashing thread waits for the end of the writing thread.
  for (const Step& step : {Step{writing_, &PartStream::Write}, Step{hashing_, &PartStream::Hash},
                           Step{syncing_, &PartStream::Sync}}) {
    auto started =
        StartThread("to receive an upload",
                    [this, work = step.work](const std::stop_token&) { (this->*work)(); });
    if (!started.ok()) return started.status();
    step.thread = *std::move(started);
  }
  return absl::OkStatus();
}

absl::Status PartStream::Append(std::string& chunk) {
  const auto size_bytes = static_cast<std::int64_t>(chunk.size());
  MutexLock lock(mutex_);
  while (write_error_.ok() && sync_error_.ok()) {
    const std::int64_t held = taken_bytes_ - hashed_bytes_;
    const std::int64_t undurable = taken_bytes_ - durable_bytes_;
    const bool has_memory = held == 0 || held + size_bytes <= settings_.waiting_bytes;
    const bool is_safe = undurable == 0 || undurable + size_bytes <= settings_.undurable_bytes;
    if (has_memory && is_safe) {
      taken_bytes_ += size_bytes;
      waiting_.push_back(std::move(chunk));
      chunk.clear();
      if (!used_.empty()) {
        chunk.swap(used_.back());
        used_.pop_back();
      }
      changed_.notify_all();
      return absl::OkStatus();
    }
    if (!is_safe) {
      hurry_ = true;
      changed_.notify_all();
    }
    changed_.wait(mutex_);
  }
  return write_error_.ok() ? sync_error_ : write_error_;
}

absl::Status PartStream::Flush() {
  MutexLock lock(mutex_);
  sync_error_ = absl::OkStatus();  // what failed may go well now
  while (true) {
    const bool is_written = !write_error_.ok() || written_bytes_ == taken_bytes_;
    if (is_written && (durable_bytes_ == written_bytes_ || !sync_error_.ok())) break;
    hurry_ = true;
    changed_.notify_all();
    changed_.wait(mutex_);
  }
  return write_error_.ok() ? sync_error_ : write_error_;
}

std::int64_t PartStream::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  if (writing_.joinable()) writing_.join();
  if (hashing_.joinable()) hashing_.join();
  if (syncing_.joinable()) syncing_.join();
  MutexLock lock(mutex_);
  return written_bytes_;
}

void PartStream::Write() {
  mutex_.lock();
  while (true) {
    if (waiting_.empty() || !write_error_.ok()) {
      if (stopping_) break;
      changed_.wait(mutex_);
      continue;
    }
    std::string chunk = std::move(waiting_.front());
    waiting_.pop_front();
    const std::int64_t offset = written_bytes_;
    mutex_.unlock();
    absl::Status written = file_->WriteAt(offset, chunk.data(), chunk.size());
    if (!written.ok()) file_->Truncate(offset).IgnoreError();
    mutex_.lock();
    if (written.ok()) {
      written_bytes_ += static_cast<std::int64_t>(chunk.size());
      unhashed_.push_back(std::move(chunk));
    } else if (absl::IsResourceExhausted(written)) {
      write_error_ = WithDiskFull(std::move(written));
    } else {
      write_error_ = std::move(written);
    }
    changed_.notify_all();
  }
  write_ended_ = true;
  changed_.notify_all();
  mutex_.unlock();
}

void PartStream::Hash() {
  mutex_.lock();
  while (true) {
    if (unhashed_.empty()) {
      if (write_ended_) break;
      changed_.wait(mutex_);
      continue;
    }
    std::string chunk = std::move(unhashed_.front());
    unhashed_.pop_front();
    mutex_.unlock();
    sha_->Update(chunk.data(), chunk.size());
    mutex_.lock();
    hashed_bytes_ += static_cast<std::int64_t>(chunk.size());
    if (used_.empty()) used_.push_back(std::move(chunk));
    changed_.notify_all();
  }
  mutex_.unlock();
}

bool PartStream::HasWriteback() const {
  return written_bytes_ - writeback_bytes_ >= settings_.writeback_bytes;
}

bool PartStream::HasSync() const {
  // From half of what may be undurable on: the other half is received meanwhile.
  const std::int64_t undurable = written_bytes_ - durable_bytes_;
  return sync_error_.ok() && undurable > 0 &&
         (hurry_ || undurable >= settings_.undurable_bytes / 2);
}

void PartStream::Sync() {
  mutex_.lock();
  while (!stopping_) {
    const std::int64_t size_bytes = written_bytes_;
    if (HasSync()) {
      mutex_.unlock();
      absl::Status durable = make_durable_(size_bytes);
      mutex_.lock();
      hurry_ = false;  // a thread that still waits sets it again
      if (durable.ok()) durable_bytes_ = size_bytes;
      sync_error_ = std::move(durable);
      changed_.notify_all();
    } else if (HasWriteback()) {
      const std::int64_t from = std::exchange(writeback_bytes_, size_bytes);
      mutex_.unlock();
      file_->StartWriteback(from, size_bytes - from);
      mutex_.lock();
    } else {
      changed_.wait(mutex_);
    }
  }
  mutex_.unlock();
}

}  // namespace brainalign
