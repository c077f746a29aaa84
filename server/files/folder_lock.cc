#include "server/files/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/printable.h"
#include "server/files/file.h"

namespace brainalign {

absl::Status FolderNotWritable(const std::string& folder, const absl::Status& why) {
  return absl::FailedPreconditionError(
      absl::StrCat("the data folder ", folder, " cannot be written: ", why.message()));
}

bool IsDataFolder(const std::string& folder) {
  std::error_code ignored;
  for (const char* const own : {"/LOCK", "/db/CURRENT", "/access.json", "/access.json.lock"}) {
    if (std::filesystem::exists(folder + own, ignored)) return true;
  }
  return false;
}

absl::Status CheckMeantAsDataFolder(const std::string& folder) {
  if (IsDataFolder(folder)) return absl::OkStatus();
  std::error_code error;
  std::string other;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.front() == '.' || name == "lost+found") continue;
    if (other.empty() || name < other) other = name;
  }
  if (other.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(folder, " holds other files, such as ",
                                                 Printable(other),
                                                 ", and nothing of brainalignd; give a new or "
                                                 "empty folder, or that of a server, with --data"));
}

std::string DescribeWideFolder(const std::string& folder) {
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0 || (info.st_mode & kOthers) == 0) return "";
  return absl::StrFormat(
      "the data folder %s is open to others on this machine (its permissions are %04o): run "
      "chmod -R go= %s",
      folder, info.st_mode & 07777, folder);
}

absl::StatusOr<std::unique_ptr<FolderLock>> FolderLock::Take(const std::string& folder) {
  const std::string path = folder + "/LOCK";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
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
