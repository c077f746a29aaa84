#include "core/tensor/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// The descriptor is needed only until the file is mapped.
class OpenDescriptor {
 public:
  explicit OpenDescriptor(int fd) : fd_(fd) {}
  ~OpenDescriptor() {
    if (fd_ >= 0) close(fd_);
  }
  OpenDescriptor(const OpenDescriptor&) = delete;
  OpenDescriptor& operator=(const OpenDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path) {
  // O_NONBLOCK: opening a named pipe must not wait for its writer.
  const OpenDescriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return absl::ErrnoToStatus(errno, absl::StrCat("cannot open ", path));
  return OfDescriptor(fd.get(), path);
}

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::OfDescriptor(
    int fd, const std::string& name) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", name));
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(name, " is not a regular file"));
  }
  const std::byte* data = nullptr;
  if (info.st_size > 0) {  // nothing cannot be mapped
    void* mapping =
        mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd, 0);
    if (mapping == MAP_FAILED) {
      return absl::ErrnoToStatus(errno, absl::StrCat("cannot map ", name));
    }
    data = static_cast<const std::byte*>(mapping);
  }
  return std::shared_ptr<const MappedFile>(new MappedFile(name, data, info.st_size));
}

MappedFile::MappedFile(std::string path, const std::byte* data, std::int64_t size_bytes)
    : path_(std::move(path)), data_(data), size_bytes_(size_bytes) {
  if (data_ != nullptr) range_.emplace(data_, size_bytes_, PROT_READ);
}

MappedFile::~MappedFile() {
  range_.reset();  // before others may be mapped there
  if (data_ != nullptr) {
    munmap(const_cast<std::byte*>(data_), static_cast<std::size_t>(size_bytes_));
  }
}

absl::Status MappedFile::CheckReadable() const {
  const std::int64_t offset_bytes = range_ ? range_->first_unreadable_byte() : -1;
  if (offset_bytes < 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(path_, " cannot be read from byte ", offset_bytes,
                   " on: the disk failed, or the file was made shorter "
                   "while it was in use"));
}

}  // namespace brainalign
