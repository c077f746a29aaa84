#include "tests/server/fakes/failing_disk.h"

#include <rocksdb/file_system.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

namespace brainalign {
namespace {

using rocksdb::FileOptions;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;
using Failure = FailingDisk::Failure;

class FailingFile : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  FailingFile(std::unique_ptr<FSWritableFile> file, FailingDisk::State* state)
      : FSWritableFileOwnerWrapper(std::move(file)), state_(state) {}

  IOStatus Append(const Slice& data, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status = Writing();
    return status.ok() ? FSWritableFileOwnerWrapper::Append(data, options, debug) : status;
  }
  IOStatus Append(const Slice& data, const IOOptions& options,
                  const rocksdb::DataVerificationInfo& info, IODebugContext* debug) override {
    IOStatus status = Writing();
    return status.ok() ? FSWritableFileOwnerWrapper::Append(data, options, info, debug) : status;
  }
  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    if (state_->failure == Failure::kStall) {
      ++state_->stalled;
      state_->failure.wait(Failure::kStall);
      --state_->stalled;
    }
    if (state_->failure == Failure::kSync) return IOStatus::IOError("injected failure to sync");
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }

 private:
  IOStatus Writing() const {
    if (state_->failure == Failure::kWrite) return IOStatus::IOError("injected failure to write");
    if (state_->failure == Failure::kFull) return IOStatus::NoSpace("injected lack of space");
    return IOStatus::OK();
  }

  FailingDisk::State* const state_;
};

class FailingFileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit FailingFileSystem(FailingDisk::State* state)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), state_(state) {}

  const char* Name() const override { return "FailingFileSystem"; }
  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* debug) override {
    std::unique_ptr<FSWritableFile> file;
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &file, debug);
    if (status.ok()) *result = std::make_unique<FailingFile>(std::move(file), state_);
    return status;
  }

 private:
  FailingDisk::State* const state_;
};

}  // namespace

FailingDisk::FailingDisk()
    : env_(rocksdb::NewCompositeEnv(std::make_shared<FailingFileSystem>(&state_))) {}

bool FailingDisk::AwaitStalled() const {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (state_.stalled == 0) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace brainalign
