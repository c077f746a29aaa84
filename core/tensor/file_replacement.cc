#include "core/tensor/file_replacement.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

absl::Status SystemError(const std::string& path) {
  return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", path));
}

std::string FolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

absl::StatusOr<std::unique_ptr<FileReplacement>> FileReplacement::Create(const std::string& path,
                                                                         unsigned int permissions) {
  static std::atomic<int> serial = 0;
  for (int attempt = 0; attempt < 100; ++attempt) {
    // Not mkstemp, which knows one kind of permissions.
    std::string part_path = absl::StrCat(path, ".", getpid(), "-", serial++, ".part");
    const int fd = open(part_path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions);
    if (fd >= 0) {
      return std::unique_ptr<FileReplacement>(new FileReplacement(path, std::move(part_path), fd));
    }
    if (errno != EEXIST) return SystemError(path);
  }
  return SystemError(path);
}

FileReplacement::FileReplacement(std::string path, std::string part_path, int fd)
    : path_(std::move(path)), part_path_(std::move(part_path)), fd_(fd) {}

FileReplacement::~FileReplacement() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(part_path_.c_str());
}

absl::Status FileReplacement::Append(const void* data, std::int64_t size_bytes) {
  constexpr std::int64_t kMaxAtOnce = std::int64_t{1} << 30;  // Linux writes at most 2 GiB
  const auto* next = static_cast<const std::byte*>(data);
  while (size_bytes > 0) {
    const ssize_t written =
        write(fd_, next, static_cast<std::size_t>(std::min(size_bytes, kMaxAtOnce)));
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError(path_);
    }
    next += written;
    size_bytes -= written;
  }
  return absl::OkStatus();
}

absl::Status FileReplacement::Commit() {
  if (fsync(fd_) != 0) return SystemError(path_);
  if (rename(part_path_.c_str(), path_.c_str()) != 0) return SystemError(path_);
  const int closed = close(fd_);
  fd_ = -1;
  if (closed != 0) return SystemError(path_);
  const int folder = open(FolderOf(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return SystemError(path_);
  const int synced = fsync(folder);
  const int reason = errno;
  close(folder);
  // Some file systems cannot synchronise a folder and say so with EINVAL.
  if (synced != 0 && reason != EINVAL) {
    errno = reason;
    return SystemError(path_);
  }
  return absl::OkStatus();
}

}  // namespace brainalign
