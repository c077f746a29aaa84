// The read-only mode: how it is entered, and how it ends by itself.
#include <rocksdb/env.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "server/rows/status_details.h"
#include "server/store/database.h"
#include "server/store/database_use.h"
#include "server/store/rocks.h"

namespace brainalign {
namespace {

// Opening writes tables of what the log holds; with less room it is not tried.
constexpr std::uint64_t kLeastFreeBytes = std::uint64_t{32} << 20;
constexpr absl::Duration kRetryDelay = absl::Seconds(5);

}  // namespace

Database::Use::Use(const Database& database) : database_(database) {
  MutexLock lock(database_.mutex_);
  database_.changed_.wait(database_.mutex_,
                          [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !database_.reopening_; });
  ++database_.users_;
  if (database_.rocks_ == nullptr) status_ = database_.failure_;
}

Database::Use::~Use() {
  MutexLock lock(database_.mutex_);
  if (--database_.users_ == 0) database_.changed_.notify_all();
}

absl::StatusOr<std::unique_ptr<Rocks>> Database::OpenRocks() {
  return Rocks::Open(path_, env_, [this](const absl::Status& why) { Latch(why); });
}

void Database::Latch(const absl::Status& why) const {
  MutexLock lock(mutex_);
  if (!failure_.ok()) return;
  spdlog::error("read-only until the disk accepts writes again: {}", std::string(why.message()));
  failure_ = WithRetryDelay(
      WithReason(
          absl::UnavailableError(absl::StrCat(
              "the server is read-only, because its disk does not accept writes (",
              ClientMessage(why), "); it resumes by itself when the disk accepts writes again")),
          "SERVER_READ_ONLY"),
      kRetryDelay);
}

absl::Status Database::Health() const {
  MutexLock lock(mutex_);
  return failure_;
}

absl::Status Database::Probe() const {
  rocksdb::Env* env = env_ != nullptr ? env_ : rocksdb::Env::Default();
  std::uint64_t free_bytes = 0;
  if (env->GetFreeSpace(path_, &free_bytes).ok() && free_bytes < kLeastFreeBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(free_bytes, " bytes are free on the disk"));
  }
  const std::string path = path_ + ".probe";
  const rocksdb::Status written =
      rocksdb::WriteStringToFile(env, std::string(4096, 'x'), path, /*should_sync=*/true);
  env->DeleteFile(path).PermitUncheckedError();
  return FromRocks(written, "writing a test file");
}

absl::StatusOr<Change> Database::ReadBefore(const std::vector<Key>& doubtful) const {
  Change change;
  for (const Key& key : doubtful) {
    auto value = Read(*rocks_, key.family, key.name);
    if (!value.ok()) return value.status();
    if (value->has_value()) {
      change.Put(key.family, key.name, **value);
    } else {
      change.Delete(key.family, key.name);
    }
  }
  return change;
}

absl::Status Database::OpenAgain(const std::vector<Key>& doubtful) {
  if (rocks_ != nullptr) {
    auto before = ReadBefore(doubtful);
    if (!before.ok()) return before.status();
    take_back_ = *std::move(before);
    rocks_.reset();
  }
  auto rocks = OpenRocks();
  if (!rocks.ok()) return rocks.status();
  if (absl::Status status = FromRocks((*rocks)->Write(take_back_->operations_->list), "writing to");
      !status.ok()) {
    return status;
  }
  rocks_ = *std::move(rocks);
  return absl::OkStatus();
}

void Database::TryToRecover() {
  if (Health().ok() || !Probe().ok()) return;
  std::vector<Key> doubtful;
  {
    MutexLock lock(mutex_);
    reopening_ = true;
    changed_.wait(mutex_, [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return users_ == 0; });
    doubtful = doubtful_;
  }
  // No thread uses the database now, or until this has ended.
  const absl::Status opened = OpenAgain(doubtful);
  MutexLock lock(mutex_);
  reopening_ = false;
  if (opened.ok()) {
    failure_ = absl::OkStatus();
    doubtful_.clear();
    spdlog::info("the disk accepts writes again; no longer read-only");
  } else {
    spdlog::warn("still read-only: {}", std::string(opened.message()));
  }
  changed_.notify_all();
}

}  // namespace brainalign
