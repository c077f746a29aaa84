#ifndef BRAINALIGN_CORE_ALIGN_BRAIN_CACHE_H_
#define BRAINALIGN_CORE_ALIGN_BRAIN_CACHE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace brainalign {

// Something worked out of the brain at one time sample, before any target is seen.
class KeptBrain {
 public:
  virtual ~KeptBrain() = default;
  virtual std::int64_t held_bytes() const = 0;
};

// Keeps what alignments work out of the brain alone, for alignments of other models
// to the same recording with the same options.
//
// It holds no more than its limit. Room is made by giving up entries of the recording
// that was used least recently, and only of recordings that no alignment is using: a
// scan over more times than fit would give up each entry before it is needed again,
// so what does not fit beside it is not taken in. An entry that is given up lives on
// where it is in use.
// Thread-safe. To be held by a shared_ptr.
class BrainCache : public std::enable_shared_from_this<BrainCache> {
 public:
  explicit BrainCache(std::int64_t limit_bytes) : limit_bytes_(limit_bytes) {}

  class Shelf;
  // The entries that belong to `key`, which names the recording and everything else
  // that they depend on. They are not given up before the shelf goes away.
  std::unique_ptr<Shelf> Open(const std::string& key);

  struct Counts {
    std::int64_t held_bytes = 0;
    std::int64_t entries = 0;
    std::int64_t found = 0;   // by Shelf::Find, ever
    std::int64_t missed = 0;  // likewise
  };
  std::int64_t limit_bytes() const { return limit_bytes_; }
  Counts counts() const;

 private:
  struct Recording {
    std::map<int, std::shared_ptr<const KeptBrain>> entries;  // by time sample
    int shelves = 0;                                          // open now
    std::int64_t last_use = 0;
  };
  using Recordings = std::map<std::string, Recording>;

  // Moves entries to `given_up` until there is room for `bytes`; does nothing if there
  // would not be enough.
  bool MakeRoom(std::int64_t bytes, std::vector<std::shared_ptr<const KeptBrain>>& given_up);

  const std::int64_t limit_bytes_;
  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Recordings recordings_;
  Counts counts_;
  std::int64_t uses_ = 0;
};

// One alignment's view of the cache.
class BrainCache::Shelf {
 public:
  ~Shelf();
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  // Null if there is none.
  std::shared_ptr<const KeptBrain> Find(int time) const;
  // Takes the entry in if there is room, and none is there yet.
  void Keep(int time, std::shared_ptr<const KeptBrain> entry);

 private:
  friend class BrainCache;
  Shelf(std::shared_ptr<BrainCache> cache, Recordings::iterator recording)
      : cache_(std::move(cache)), recording_(recording) {}

  const std::shared_ptr<BrainCache> cache_;
  const Recordings::iterator recording_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BRAIN_CACHE_H_
