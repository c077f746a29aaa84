#include "server/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "server/blobs/file.h"

namespace brainalign {

absl::Status FolderNotWritable(const std::string& folder, const absl::Status& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("the data folder ", folder, " cannot be written: ", why.message()));
}

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::Take(const std::string& folder) {
  const std::string path = folder + "/LOCK";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) return FolderNotWritable(folder, SystemError(errno, "opening", path));
  std::unique_ptr<FolderLock> lock(new FolderLock(fd));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("the data folder ", folder,
                     " is in use by another server; stop it or choose another --data"));
  }
  return lock;
}

FolderLock::~FolderLock() { ::close(fd_); }

}  // namespace brainalign
