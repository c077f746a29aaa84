#ifndef BRAINALIGN_SERVER_STORE_DATABASE_H_
#define BRAINALIGN_SERVER_STORE_DATABASE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/mutex.h"

namespace rocksdb {
class Env;
}

namespace brainalign {

class Rocks;

// RocksDB's column families, as keys.h lays them out.
enum class Family { kFacts = 0, kEvents = 1, kBulk = 2 };

// Writes that become durable together or not at all: one RocksDB WriteBatch.
class Change {
 public:
  Change();
  ~Change();
  Change(Change&&) noexcept;
  Change& operator=(Change&&) noexcept;

  void Put(Family family, const std::string& key, const std::string& value);
  void Delete(Family family, const std::string& key);

 private:
  friend class Database;
  friend class Rocks;
  struct Operations;
  std::unique_ptr<Operations> operations_;
};

// Keys and values on disk. Thread-safe.
//
// A failed write, or a failure that RocksDB reports by itself, makes the whole database read-only
// (one latch). It is unknown how much of a failed change the disk stored, until TryToRecover opens
// the database again and undoes every failed change. So a rejected change never appears later while
// the server runs. Reads are answered meanwhile.
class Database {
 public:
  // Opens or makes the database in the folder `path`. FAILED_PRECONDITION, with a
  // sentence for people, if its layout is not this program's (layout.h). `env` is
  // RocksDB's view of the disk, for tests; null for the real one.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path,
                                                        rocksdb::Env* env = nullptr);
  ~Database();

  // Returns once the change is on disk. UNAVAILABLE, with a RetryInfo, if it could
  // not be written or the database is read-only.
  absl::Status Commit(const Change& change);

  // Nothing if there is no such key.
  absl::StatusOr<std::optional<std::string>> Get(Family family, const std::string& key) const;

  // Calls `visit` for the keys that begin with `prefix`, ascending from `first`
  // on, until it returns false. `visit` must not call the database.
  using Visit = std::function<bool(absl::string_view key, absl::string_view value)>;
  absl::Status Scan(Family family, const std::string& prefix, const std::string& first,
                    const Visit& visit) const;
  // The same, descending, from the last key below `end`.
  absl::Status ScanBackwards(Family family, const std::string& prefix, const std::string& end,
                             const Visit& visit) const;

  // Writes a copy of it as it now is into the folder `path`, which must not exist.
  absl::Status Checkpoint(const std::string& path) const;

  // OK if it can be written; else the error of Commit.
  absl::Status Health() const;
  // Ends the read-only mode if the disk accepts writes again. Call it about every second. No effect
  // if the database is not read-only.
  void TryToRecover();

 private:
  // Keeps the opening that is in use from being closed.
  class Use;
  struct Key {
    Family family;
    std::string name;
  };

  Database(std::string path, rocksdb::Env* env);
  static absl::StatusOr<std::optional<std::string>> Read(const Rocks& rocks, Family family,
                                                         const std::string& key);
  absl::StatusOr<std::unique_ptr<Rocks>> OpenRocks();
  void Latch(const absl::Status& why) const;
  // Whether the disk accepts a small file.
  absl::Status Probe() const;
  // Values of the doubtful keys before the changes that failed.
  absl::StatusOr<Change> ReadBefore(const std::vector<Key>& doubtful) const;
  absl::Status OpenAgain(const std::vector<Key>& doubtful);

  // Fixed after construction.
  const std::string path_;
  rocksdb::Env* const env_;

  mutable Mutex mutex_;
  mutable Condition changed_;
  mutable int users_ ABSL_GUARDED_BY(mutex_) = 0;
  bool reopening_ ABSL_GUARDED_BY(mutex_) = false;
  mutable absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  std::vector<Key> doubtful_ ABSL_GUARDED_BY(mutex_);  // keys of changes that failed

  // Changed only by the thread that reopens it, while no other thread uses it. The last member,
  // because it calls the others.
  std::optional<Change> take_back_;
  std::unique_ptr<Rocks> rocks_;  // null: opening it again failed
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_DATABASE_H_
