#include "core/align/brain_cache.h"

#include <algorithm>
#include <iterator>

namespace brainalign {
namespace {

std::int64_t BytesOfKey(const std::string& key) { return static_cast<std::int64_t>(key.size()); }

}  // namespace

std::unique_ptr<BrainCache::View> BrainCache::Open(const std::string& key) {
  MutexLock lock(mutex_);
  const auto recording = recordings_.try_emplace(key).first;
  ++recording->second.views;
  return std::unique_ptr<View>(new View(shared_from_this(), recording));
}

BrainCache::Counts BrainCache::counts() const {
  MutexLock lock(mutex_);
  return counts_;
}

bool BrainCache::MakeRoom(std::int64_t bytes,
                          std::vector<std::shared_ptr<const CachedBrain>>& given_up) {
  std::vector<Recordings::iterator> idle;
  std::int64_t idle_bytes = 0;
  for (auto at = recordings_.begin(); at != recordings_.end(); ++at) {
    if (at->second.views > 0) continue;
    idle.push_back(at);
    idle_bytes += BytesOfKey(at->first);
    for (const auto& [time, entry] : at->second.entries) idle_bytes += entry->held_bytes();
  }
  if (counts_.held_bytes - idle_bytes + bytes > limit_bytes_) return false;
  std::sort(idle.begin(), idle.end(),
            [](const auto& a, const auto& b) { return a->second.last_use < b->second.last_use; });
  for (auto next = idle.begin(); counts_.held_bytes + bytes > limit_bytes_; ++next) {
    auto& entries = (*next)->second.entries;
    while (!entries.empty() && counts_.held_bytes + bytes > limit_bytes_) {
      const auto last = std::prev(entries.end());
      counts_.held_bytes -= last->second->held_bytes();
      --counts_.entries;
      given_up.push_back(std::move(last->second));
      entries.erase(last);
    }
    if (entries.empty()) {
      counts_.held_bytes -= BytesOfKey((*next)->first);
      recordings_.erase(*next);
    }
  }
  return true;
}

BrainCache::View::~View() {
  MutexLock lock(cache_->mutex_);
  Recording& recording = recording_->second;
  recording.last_use = ++cache_->uses_;
  if (--recording.views == 0 && recording.entries.empty()) {
    cache_->recordings_.erase(recording_);
  }
}

std::shared_ptr<const CachedBrain> BrainCache::View::Find(int time) const {
  MutexLock lock(cache_->mutex_);
  const auto found = recording_->second.entries.find(time);
  const bool there = found != recording_->second.entries.end();
  ++(there ? cache_->counts_.found : cache_->counts_.missed);
  return there ? found->second : nullptr;
}

void BrainCache::View::Keep(int time, std::shared_ptr<const CachedBrain> entry) {
  // Freed after the lock is released, because there may be many bytes.
  std::vector<std::shared_ptr<const CachedBrain>> given_up;
  MutexLock lock(cache_->mutex_);
  auto& entries = recording_->second.entries;
  if (entries.count(time) != 0) return;
  // A recording's key is counted with its first entry.
  const std::int64_t bytes =
      entry->held_bytes() + (entries.empty() ? BytesOfKey(recording_->first) : 0);
  if (!cache_->MakeRoom(bytes, given_up)) return;
  entries.emplace(time, std::move(entry));
  cache_->counts_.held_bytes += bytes;
  ++cache_->counts_.entries;
}

}  // namespace brainalign
