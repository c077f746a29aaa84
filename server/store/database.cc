#include "server/store/database.h"

#include <rocksdb/iterator.h>
#include <rocksdb/utilities/checkpoint.h>

#include <utility>

#include "server/store/database_use.h"
#include "server/store/layout.h"
#include "server/store/rocks.h"

namespace brainalign {
namespace {

absl::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

}  // namespace

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

Database::Database(std::string path, rocksdb::Env* env) : path_(std::move(path)), env_(env) {}
Database::~Database() = default;

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                         rocksdb::Env* env) {
  std::unique_ptr<Database> database(new Database(path, env));
  auto rocks = database->OpenRocks();
  if (!rocks.ok()) return rocks.status();
  database->rocks_ = *std::move(rocks);
  if (absl::Status status = CheckLayout(*database, path); !status.ok()) return status;
  return database;
}

absl::Status Database::Commit(const Change& change) {
  if (absl::Status status = Health(); !status.ok()) return status;
  const Use use(*this);
  if (!use.status().ok()) return use.status();
  const auto& operations = change.operations_->list;
  const absl::Status written = FromRocks(use.rocks().Write(operations), "writing to");
  if (written.ok()) return absl::OkStatus();
  {
    MutexLock lock(mutex_);
    for (const auto& operation : operations) doubtful_.push_back({operation.family, operation.key});
  }
  Latch(written);
  return Health();
}

absl::StatusOr<std::optional<std::string>> Database::Get(Family family,
                                                         const std::string& key) const {
  const Use use(*this);
  if (!use.status().ok()) return use.status();
  return Read(use.rocks(), family, key);
}

absl::StatusOr<std::optional<std::string>> Database::Read(const Rocks& rocks, Family family,
                                                          const std::string& key) {
  std::string value;
  const rocksdb::Status status =
      rocks.db().Get(rocksdb::ReadOptions(), rocks.Handle(family), key, &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) return FromRocks(status, "reading");
  return value;
}

absl::Status Database::Scan(Family family, const std::string& prefix, const std::string& first,
                            const Visit& visit) const {
  const Use use(*this);
  if (!use.status().ok()) return use.status();
  const std::unique_ptr<rocksdb::Iterator> iterator(
      use.rocks().db().NewIterator(rocksdb::ReadOptions(), use.rocks().Handle(family)));
  for (iterator->Seek(first); iterator->Valid(); iterator->Next()) {
    if (!iterator->key().starts_with(prefix)) break;
    if (!visit(View(iterator->key()), View(iterator->value()))) break;
  }
  return FromRocks(iterator->status(), "reading");
}

absl::Status Database::ScanBackwards(Family family, const std::string& prefix,
                                     const std::string& end, const Visit& visit) const {
  const Use use(*this);
  if (!use.status().ok()) return use.status();
  const std::unique_ptr<rocksdb::Iterator> iterator(
      use.rocks().db().NewIterator(rocksdb::ReadOptions(), use.rocks().Handle(family)));
  iterator->SeekForPrev(end);
  if (iterator->Valid() && View(iterator->key()) == absl::string_view(end)) iterator->Prev();
  for (; iterator->Valid(); iterator->Prev()) {
    if (!iterator->key().starts_with(prefix)) break;
    if (!visit(View(iterator->key()), View(iterator->value()))) break;
  }
  return FromRocks(iterator->status(), "reading");
}

absl::Status Database::Checkpoint(const std::string& path) const {
  const Use use(*this);
  if (!use.status().ok()) return use.status();
  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(&use.rocks().db(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  if (status.ok()) status = checkpoint->CreateCheckpoint(path);
  return FromRocks(status, "copying");
}

}  // namespace brainalign
