#include "server/store/database.h"

#include <rocksdb/db.h>
#include <rocksdb/iterator.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

// Of the layout in keys.h and record.proto.
constexpr int kSchemaVersion = 1;

constexpr std::array<const char*, 3> kFamilyNames = {"default", "events", "bulk"};

absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string message = absl::StrCat(doing, " the database failed: ", status.ToString());
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the disk of the server's data folder is full; ", message));
  }
  if (status.IsCorruption()) return absl::DataLossError(message);
  return absl::UnavailableError(message);
}

absl::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

struct Change::Operations {
  struct Operation {
    Family family;
    std::string key;
    std::optional<std::string> value;  // nothing: delete
  };
  std::vector<Operation> list;
};

Change::Change() : operations_(std::make_unique<Operations>()) {}
Change::~Change() = default;
Change::Change(Change&&) noexcept = default;
Change& Change::operator=(Change&&) noexcept = default;

void Change::Put(Family family, const std::string& key, const std::string& value) {
  operations_->list.push_back({family, key, value});
}

void Change::Delete(Family family, const std::string& key) {
  operations_->list.push_back({family, key, std::nullopt});
}

struct Database::Rocks {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;

  ~Rocks() {
    for (rocksdb::ColumnFamilyHandle* family : families) db->DestroyColumnFamilyHandle(family);
    if (db) db->Close();
  }
  rocksdb::ColumnFamilyHandle* Handle(Family family) const {
    return families[static_cast<std::size_t>(family)];
  }
};

Database::Database(std::unique_ptr<Rocks> rocks) : rocks_(std::move(rocks)) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.max_total_wal_size = std::uint64_t{256} << 20;
  options.keep_log_file_num = 5;
  options.max_open_files = 256;
  rocksdb::ColumnFamilyOptions family_options;
  family_options.write_buffer_size = std::size_t{16} << 20;
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const char* name : kFamilyNames) descriptors.emplace_back(name, family_options);

  auto rocks = std::make_unique<Rocks>();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(options, path, descriptors, &rocks->families, &db);
  rocks->db.reset(db);
  if (!opened.ok()) return FromRocks(opened, absl::StrCat("opening ", path, ":"));
  std::unique_ptr<Database> database(new Database(std::move(rocks)));

  const auto version = database->Get(Family::kFacts, VersionKey());
  if (!version.ok()) return version.status();
  if (!version->has_value()) {
    Change change;
    change.Put(Family::kFacts, VersionKey(), absl::StrCat(kSchemaVersion));
    if (absl::Status status = database->Commit(change); !status.ok()) return status;
    return database;
  }
  int number = 0;
  if (!absl::SimpleAtoi(absl::string_view(**version), &number) || number != kSchemaVersion) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder's database ", path, " has layout version ", **version,
                     "; this program knows version ", kSchemaVersion,
                     ": use the version of brainalignd that wrote it, or a newer one"));
  }
  return database;
}

absl::Status Database::Commit(const Change& change) {
  rocksdb::WriteBatch batch;
  for (const Change::Operations::Operation& operation : change.operations_->list) {
    rocksdb::ColumnFamilyHandle* family = rocks_->Handle(operation.family);
    const rocksdb::Status status = operation.value
                                       ? batch.Put(family, operation.key, *operation.value)
                                       : batch.Delete(family, operation.key);
    if (!status.ok()) return FromRocks(status, "writing to");
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  return FromRocks(rocks_->db->Write(options, &batch), "writing to");
}

absl::StatusOr<std::optional<std::string>> Database::Get(Family family,
                                                         const std::string& key) const {
  std::string value;
  const rocksdb::Status status =
      rocks_->db->Get(rocksdb::ReadOptions(), rocks_->Handle(family), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return FromRocks(status, "reading");
  return value;
}

absl::Status Database::Scan(Family family, const std::string& prefix, const std::string& first,
                            const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      rocks_->db->NewIterator(rocksdb::ReadOptions(), rocks_->Handle(family)));
  for (iterator->Seek(first); iterator->Valid(); iterator->Next()) {
    if (!iterator->key().starts_with(prefix)) break;
    if (!visit(View(iterator->key()), View(iterator->value()))) break;
  }
  return FromRocks(iterator->status(), "reading");
}

absl::Status Database::ScanBackwards(Family family, const std::string& prefix,
                                     const std::string& end, const Visit& visit) const {
  const std::unique_ptr<rocksdb::Iterator> iterator(
      rocks_->db->NewIterator(rocksdb::ReadOptions(), rocks_->Handle(family)));
  iterator->SeekForPrev(end);
  if (iterator->Valid() && View(iterator->key()) == absl::string_view(end)) iterator->Prev();
  for (; iterator->Valid(); iterator->Prev()) {
    if (!iterator->key().starts_with(prefix)) break;
    if (!visit(View(iterator->key()), View(iterator->value()))) break;
  }
  return FromRocks(iterator->status(), "reading");
}

}  // namespace brainalign
