#ifndef BRAINALIGN_SERVER_STORE_DATABASE_H_
#define BRAINALIGN_SERVER_STORE_DATABASE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace brainalign {

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
  struct Operations;
  std::unique_ptr<Operations> operations_;
};

// Keys and values on disk. Thread-safe.
class Database {
 public:
  // Opens or makes the database in the folder `path`. FAILED_PRECONDITION, with a
  // sentence for people, if a newer version of this program wrote it.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);
  ~Database();

  // Returns once the change is on disk. RESOURCE_EXHAUSTED if the disk is full,
  // UNAVAILABLE if it cannot be written for another reason.
  absl::Status Commit(const Change& change);

  // Nothing if there is no such key.
  absl::StatusOr<std::optional<std::string>> Get(Family family, const std::string& key) const;

  // Calls `visit` for the keys that begin with `prefix`, ascending from `first`
  // on, until it returns false.
  using Visit = std::function<bool(absl::string_view key, absl::string_view value)>;
  absl::Status Scan(Family family, const std::string& prefix, const std::string& first,
                    const Visit& visit) const;
  // The same, descending, from the last key below `end`.
  absl::Status ScanBackwards(Family family, const std::string& prefix, const std::string& end,
                             const Visit& visit) const;

 private:
  struct Rocks;
  explicit Database(std::unique_ptr<Rocks> rocks);

  const std::unique_ptr<Rocks> rocks_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_DATABASE_H_
