#include "server/files/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "server/rows/status_details.h"

namespace brainalign {

absl::Status SystemError(int error, const std::string& doing, const std::string& path) {
  const std::string why = std::error_code(error, std::generic_category()).message();
  const std::string message = absl::StrCat(doing, " ", path, ": ", why);
  if (error == ENOSPC || error == EDQUOT) {
    const std::string full = "the disk of the server's data folder is full; ";
    return WithClientMessage(absl::ResourceExhaustedError(full + message), full + why);
  }
  if (error == EFBIG) {
    const std::string limit =
        "the server may write no larger file (ulimit -f, or the file system); ";
    return WithClientMessage(absl::ResourceExhaustedError(limit + message), limit + why);
  }
  const std::string for_client = absl::StrCat("the server's disk failed: ", why);
  if (error == ENOENT) return WithClientMessage(absl::NotFoundError(message), for_client);
  return WithClientMessage(absl::InternalError(message), for_client);
}

absl::StatusOr<File> File::OpenToRead(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError(errno, "opening", path);
  return File(path, fd);
}

absl::StatusOr<File> File::OpenToWrite(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) return SystemError(errno, "opening", path);
  return File(path, fd);
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

File& File::operator=(File&& other) noexcept {
  if (this != &other) {
    if (fd_ >= 0) ::close(fd_);
    path_ = std::move(other.path_);
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

absl::StatusOr<std::int64_t> File::SizeInBytes() const {
  struct stat info {};
  if (::fstat(fd_, &info) != 0) return SystemError(errno, "reading the size of", path_);
  return info.st_size;
}

absl::Status File::WriteAt(std::int64_t offset_bytes, const void* data, std::size_t size_bytes) {
  const char* rest = static_cast<const char*>(data);
  while (size_bytes > 0) {
    const ssize_t written = ::pwrite(fd_, rest, size_bytes, offset_bytes);
    if (written < 0) {
      if (errno == EINTR) continue;
      return SystemError(errno, "writing", path_);
    }
    rest += written;
    offset_bytes += written;
    size_bytes -= static_cast<std::size_t>(written);
  }
  return absl::OkStatus();
}

absl::Status File::ReadAt(std::int64_t offset_bytes, void* data, std::size_t size_bytes) const {
  char* rest = static_cast<char*>(data);
  while (size_bytes > 0) {
    const ssize_t read = ::pread(fd_, rest, size_bytes, offset_bytes);
    if (read < 0) {
      if (errno == EINTR) continue;
      return SystemError(errno, "reading", path_);
    }
    if (read == 0) {
      const std::string where = absl::StrCat(" ends at byte ", offset_bytes, ", ", size_bytes,
                                             " bytes before what was to be read");
      return WithClientMessage(absl::DataLossError(path_ + where),
                               absl::StrCat("a file on the server's disk", where));
    }
    rest += read;
    offset_bytes += read;
    size_bytes -= static_cast<std::size_t>(read);
  }
  return absl::OkStatus();
}

void File::DropFromMemory(std::int64_t offset_bytes, std::int64_t size_bytes) const {
  ::posix_fadvise(fd_, offset_bytes, size_bytes, POSIX_FADV_DONTNEED);
}

void File::StartWriteback(std::int64_t offset_bytes, std::int64_t size_bytes) const {
  // Without waiting, because a disk error that is reported here would not be reported by Sync.
  ::sync_file_range(fd_, offset_bytes, size_bytes, SYNC_FILE_RANGE_WRITE);
}

absl::Status File::Truncate(std::int64_t size_bytes) {
  if (::ftruncate(fd_, size_bytes) != 0) return SystemError(errno, "shortening", path_);
  return absl::OkStatus();
}

absl::Status File::Sync() {
  if (::fdatasync(fd_) != 0) return SystemError(errno, "syncing", path_);
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& path) {
  const std::filesystem::path folder(path);
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return absl::OkStatus();
  const std::filesystem::path parent =
      folder.has_parent_path() ? folder.parent_path() : std::filesystem::path(".");
  if (parent != folder) {
    if (absl::Status status = MakeDirectory(parent.string()); !status.ok()) return status;
  }
  // What the server keeps is its user's alone.
  if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
    return SystemError(errno, "making the folder", path);
  }
  return SyncDirectory(parent.string());
}

absl::Status SyncDirectory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return SystemError(errno, "opening", path);
  const int result = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  if (result != 0) return SystemError(error, "syncing", path);
  return absl::OkStatus();
}

absl::Status Rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return SystemError(errno, absl::StrCat("renaming to ", to), from);
  }
  return absl::OkStatus();
}

absl::Status Remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return SystemError(errno, "removing", path);
  return absl::OkStatus();
}

absl::StatusOr<std::int64_t> FreeBytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0)
    return SystemError(errno, "asking the free space of", path);
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

}  // namespace brainalign
