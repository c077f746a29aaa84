#include "server/calls/stall_guard.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace brainalign {

StallGuard::StallGuard(absl::Duration patience) : patience_(absl::ToChronoNanoseconds(patience)) {}

StallGuard::Stream::Stream(StallGuard& guard, std::string peer, std::function<void()> cancel)
    : guard_(guard), peer_(std::move(peer)), cancel_(std::move(cancel)) {
  MutexLock lock(guard_.mutex_);
  guard_.streams_.insert(this);
}

StallGuard::Stream::~Stream() {
  MutexLock lock(guard_.mutex_);
  guard_.streams_.erase(this);
}

void StallGuard::Stream::Begin() {
  MutexLock lock(guard_.mutex_);
  since_ = std::chrono::steady_clock::now();
}

void StallGuard::Stream::End() {
  MutexLock lock(guard_.mutex_);
  since_.reset();
}

void StallGuard::Tick() {
  const auto now = std::chrono::steady_clock::now();
  MutexLock lock(mutex_);
  for (Stream* stream : streams_) {
    if (!stream->since_ || now - *stream->since_ < patience_) continue;
    spdlog::warn("a stream of {} is ended: its client neither sends nor receives", stream->peer_);
    stream->cancel_();
    stream->since_.reset();
  }
}

}  // namespace brainalign
