#include "tests/server/fakes/failing_disk.h"

#include <rocksdb/file_system.h>

#include <string>
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
  FailingFile(std::unique_ptr<FSWritableFile> file, const std::atomic<Failure>* failure)
      : FSWritableFileOwnerWrapper(std::move(file)), failure_(failure) {}

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
    if (*failure_ == Failure::kSync) return IOStatus::IOError("injected failure to sync");
    return FSWritableFileOwnerWrapper::Sync(options, debug);
  }

 private:
  IOStatus Writing() const {
    if (*failure_ == Failure::kWrite) return IOStatus::IOError("injected failure to write");
    if (*failure_ == Failure::kFull) return IOStatus::NoSpace("injected lack of space");
    return IOStatus::OK();
  }

  const std::atomic<Failure>* const failure_;
};

class FailingFileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit FailingFileSystem(const std::atomic<Failure>* failure)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), failure_(failure) {}

  const char* Name() const override { return "FailingFileSystem"; }
  IOStatus NewWritableFile(const std::string& name, const FileOptions& options,
                           std::unique_ptr<FSWritableFile>* result,
                           IODebugContext* debug) override {
    std::unique_ptr<FSWritableFile> file;
    IOStatus status = FileSystemWrapper::NewWritableFile(name, options, &file, debug);
    if (status.ok()) *result = std::make_unique<FailingFile>(std::move(file), failure_);
    return status;
  }

 private:
  const std::atomic<Failure>* const failure_;
};

}  // namespace

FailingDisk::FailingDisk()
    : env_(rocksdb::NewCompositeEnv(std::make_shared<FailingFileSystem>(&failure_))) {}

}  // namespace brainalign
