#include "server/store/rocks.h"

#include <rocksdb/convenience.h>
#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <rocksdb/table.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/start_thread.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

constexpr std::array<const char*, 3> kFamilyNames = {"default", "events", "bulk"};

// Passes on what RocksDB finds out by itself.
class ErrorListener : public rocksdb::EventListener {
 public:
  explicit ErrorListener(Rocks::OnError on_error) : on_error_(std::move(on_error)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* error) override {
    on_error_(FromRocks(*error, "writing to"));
  }
  // Database opens it anew instead: the one way out for every error.
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*error*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  const Rocks::OnError on_error_;
};

// What RocksDB has to say goes into the server's log. A file of its own, which it writes by
// itself otherwise, would end the program on a full disk: Debian's build asserts at the line
// after the first that could not be written.
class IntoServerLog : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL) return;
    std::array<char, 1024> buffer{};
    std::vsnprintf(buffer.data(), buffer.size(), format, arguments);
    std::string line = buffer.data();
    std::replace(line.begin(), line.end(), '\n', ' ');
    // What it only warns of, such as a log that a crash cut short, is in order.
    const bool is_error = level > rocksdb::InfoLogLevel::WARN_LEVEL;
    spdlog::log(is_error ? spdlog::level::warn : spdlog::level::info, "RocksDB: {}",
                std::string(absl::StripAsciiWhitespace(line)));
  }
};

// Jobs on one recording differ in little: what lies in one block of a table is compressed together.
rocksdb::ColumnFamilyOptions FamilyOptions() {
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = std::size_t{16} << 20;
  rocksdb::BlockBasedTableOptions table;
  table.block_size = std::size_t{32} << 10;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  const std::vector<rocksdb::CompressionType> known = rocksdb::GetSupportedCompressions();
  if (std::find(known.begin(), known.end(), rocksdb::kZSTD) != known.end()) {
    options.compression = rocksdb::kZSTD;
  }
  return options;
}

// Whether the system has the threads that RocksDB starts while it opens: one that is refused to
// it in the middle ends the program.
absl::Status CheckThreads() {
  // It opens files on 16 of them, and has a few in the background.
  constexpr std::size_t kThreads = 24;
  std::vector<std::jthread> threads;
  while (threads.size() < kThreads) {
    auto thread = StartThread("to open the database", [](const std::stop_token& stop) {
      std::mutex mutex;
      std::unique_lock<std::mutex> lock(mutex);
      std::condition_variable_any().wait(lock, stop, [] { return false; });
    });
    if (!thread.ok()) return thread.status();
    threads.push_back(*std::move(thread));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status FromRocks(const rocksdb::Status& status, absl::string_view doing) {
  if (status.ok()) return absl::OkStatus();
  const std::string for_client = absl::StrCat(doing, " the database failed");
  const std::string message = absl::StrCat(for_client, ": ", status.ToString());
  if (status.IsNoSpace() || status.subcode() == rocksdb::Status::kNoSpace) {
    const std::string full = "the disk of the server's data folder is full; ";
    return WithClientMessage(absl::ResourceExhaustedError(full + message), full + for_client);
  }
  if (status.IsCorruption()) return WithClientMessage(absl::DataLossError(message), for_client);
  return WithClientMessage(absl::UnavailableError(message), for_client);
}

absl::StatusOr<std::unique_ptr<Rocks>> Rocks::Open(const std::string& path, rocksdb::Env* env,
                                                   OnError on_error) {
  if (absl::Status status = CheckThreads(); !status.ok()) return status;
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  // The amount that is read again after a crash, and that is held in memory.
  options.max_total_wal_size = std::uint64_t{64} << 20;
  options.db_write_buffer_size = std::size_t{48} << 20;
  options.info_log = std::make_shared<IntoServerLog>();
  options.max_open_files = 256;
  options.listeners.push_back(std::make_shared<ErrorListener>(std::move(on_error)));
  if (env != nullptr) options.env = env;
  // Checked before it is made. If it cannot be made, opening it reports the error.
  options.env->CreateDirIfMissing(path).PermitUncheckedError();
  const rocksdb::ColumnFamilyOptions family_options = FamilyOptions();
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.reserve(kFamilyNames.size());
  for (const char* name : kFamilyNames) descriptors.emplace_back(name, family_options);

  std::unique_ptr<Rocks> rocks(new Rocks());
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened =
      rocksdb::DB::Open(options, path, descriptors, &rocks->families_, &db);
  rocks->db_.reset(db);
  if (!opened.ok()) return FromRocks(opened, absl::StrCat("opening ", path, ":"));
  return rocks;
}

Rocks::~Rocks() {
  if (!db_) return;
  for (rocksdb::ColumnFamilyHandle* family : families_) db_->DestroyColumnFamilyHandle(family);
  db_->Close();
}

rocksdb::Status Rocks::Write(const std::vector<Change::Operations::Operation>& operations) {
  rocksdb::WriteBatch batch;
  for (const Change::Operations::Operation& operation : operations) {
    rocksdb::ColumnFamilyHandle* family = Handle(operation.family);
    rocksdb::Status status = operation.value ? batch.Put(family, operation.key, *operation.value)
                                             : batch.Delete(family, operation.key);
    if (!status.ok()) return status;
  }
  rocksdb::WriteOptions options;
  options.sync = true;
  return db_->Write(options, &batch);
}

}  // namespace brainalign
