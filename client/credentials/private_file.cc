#include "client/credentials/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace brainalign {
namespace {

absl::Status CannotRead(const std::string& path, int error) {
  const std::string message =
      absl::StrCat(path, " cannot be read: ", std::generic_category().message(error));
  if (error == ENOENT || error == ENOTDIR) return absl::NotFoundError(message);
  return absl::FailedPreconditionError(message);
}

absl::StatusOr<std::string> ReadOpen(int fd, const std::string& path, std::size_t most_bytes) {
  struct stat info;
  if (fstat(fd, &info) != 0) return CannotRead(path, errno);
  if (S_ISDIR(info.st_mode)) return CannotRead(path, EISDIR);
  if (S_ISREG(info.st_mode) && (info.st_mode & 077) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s can be read or changed by other users (its permissions are %04o): run "
                        "chmod 600 on it, and ask for new tokens if others may have read it.",
                        path, info.st_mode & 07777));
  }
  std::string text;
  char buffer[4096];
  while (text.size() < most_bytes) {
    const ssize_t count = read(fd, buffer, std::min(sizeof buffer, most_bytes - text.size()));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotRead(path, errno);
    if (count == 0) break;
    text.append(buffer, static_cast<std::size_t>(count));
  }
  return text;
}

}  // namespace

absl::StatusOr<std::string> ReadPrivateFile(const std::string& path, std::size_t most_bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return CannotRead(path, errno);
  absl::StatusOr<std::string> text = ReadOpen(fd, path, most_bytes);
  close(fd);
  return text;
}

}  // namespace brainalign
