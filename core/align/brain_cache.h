#ifndef BRAINALIGN_CORE_ALIGN_BRAIN_CACHE_H_
#define BRAINALIGN_CORE_ALIGN_BRAIN_CACHE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/mutex.h"

namespace brainalign {

// A result that depends only on the brain at one time sample.
class CachedBrain {
 public:
  virtual ~CachedBrain() = default;
  virtual std::int64_t held_bytes() const = 0;
};

// A cache of results that depend only on the brain. Alignments of other models to the same
// recording with the same options reuse them.
//
// It never holds more than its limit. To make room it evicts entries of the least recently used
// recording, but only of recordings that no alignment is using. Entries that do not fit then are
// not stored: if a running alignment evicted its own entries, a scan over more times than fit would
// evict each entry before it is needed again. An evicted entry lives as long as someone holds it.
// Thread-safe. Must be held by a shared_ptr.
class BrainCache : public std::enable_shared_from_this<BrainCache> {
 public:
  explicit BrainCache(std::int64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  class View;
  // Opens the entries that belong to `key`, which contains the recording and everything else that
  // they depend on (BrainKey). They are not evicted while the view exists.
  std::unique_ptr<View> Open(const std::string& key);

  struct Counts {
    std::int64_t held_bytes = 0;
    std::int64_t entries = 0;
    std::int64_t found = 0;   // by View::Find, in total
    std::int64_t missed = 0;  // by View::Find, in total
  };
  std::int64_t limit_bytes() const { return limit_bytes_; }
  Counts counts() const;

 private:
  struct Recording {
    std::map<int, std::shared_ptr<const CachedBrain>> entries;  // by time sample
    int views = 0;                                              // open now
    std::int64_t last_use = 0;
  };
  using Recordings = std::map<std::string, Recording>;

  // Moves entries to `given_up` until there is room for `bytes`. Returns false and changes nothing
  // if that is impossible.
  bool MakeRoom(std::int64_t bytes, std::vector<std::shared_ptr<const CachedBrain>>& given_up)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::int64_t limit_bytes_;
  mutable Mutex mutex_;
  Recordings recordings_ ABSL_GUARDED_BY(mutex_);
  Counts counts_ ABSL_GUARDED_BY(mutex_);
  std::int64_t uses_ ABSL_GUARDED_BY(mutex_) = 0;
};

// One alignment's view of the cache.
class BrainCache::View {
 public:
  ~View();
  View(const View&) = delete;
  View& operator=(const View&) = delete;

  // The entry of a time sample; null if there is none.
  std::shared_ptr<const CachedBrain> Find(int time) const;
  // Stores the entry if there is room and none is stored for this time sample.
  void Keep(int time, std::shared_ptr<const CachedBrain> entry);

 private:
  friend class BrainCache;
  View(std::shared_ptr<BrainCache> cache, Recordings::iterator recording)
      : cache_(std::move(cache)), recording_(recording) {}

  const std::shared_ptr<BrainCache> cache_;
  const Recordings::iterator recording_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_CACHE_H_
