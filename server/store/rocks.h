#ifndef BRAINALIGN_SERVER_STORE_ROCKS_H_
#define BRAINALIGN_SERVER_STORE_ROCKS_H_

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/store/database.h"

// RocksDB, as Database uses it. Only for server/store.

namespace brainalign {

struct Change::Operations {
  struct Operation {
    Family family;
    std::string key;
    std::optional<std::string> value;  // nothing: delete
  };
  std::vector<Operation> list;
};

// `doing` the database failed. DATA_LOSS for damage, RESOURCE_EXHAUSTED for a full
// disk, UNAVAILABLE for the rest.
absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing);

// One opening of RocksDB; closed with the object.
class Rocks {
 public:
  // `on_error` is called if a flush or compaction fails, on RocksDB's threads; it must not call
  // back.
  using OnError = std::function<void(const absl::Status&)>;
  static absl::StatusOr<std::unique_ptr<Rocks>> Open(const std::string& path, rocksdb::Env* env,
                                                     OnError on_error);
  ~Rocks();
  Rocks(const Rocks&) = delete;
  Rocks& operator=(const Rocks&) = delete;

  // Returns once all of it is on disk.
  rocksdb::Status Write(const std::vector<Change::Operations::Operation>& operations);
  rocksdb::DB& db() const { return *db_; }
  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    return families_[static_cast<std::size_t>(family)];
  }

 private:
  Rocks() = default;

  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> families_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_ROCKS_H_
