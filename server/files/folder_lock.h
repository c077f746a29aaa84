#ifndef BRAINALIGN_SERVER_FILES_FOLDER_LOCK_H_
#define BRAINALIGN_SERVER_FILES_FOLDER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// The lock of a data folder, for one program at a time. Held as long as the object lives.
class FolderLock {
 public:
  // FAILED_PRECONDITION if another has it, or the folder cannot be written.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Take(const std::string& folder);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  const int fd_;
};

// Whether `folder` holds something of a server, or of a first `token add` for one.
bool IsDataFolder(const std::string& folder);

// INVALID_ARGUMENT if `folder` holds other files and nothing of a server, so that it was hardly
// meant as a data folder. What begins with a point, and lost+found of a file system, do not count.
absl::Status CheckMeantAsDataFolder(const std::string& folder);

// A sentence with the remedy if users other than the owner can open the folder; else empty.
std::string DescribeWideFolder(const std::string& folder);

// FAILED_PRECONDITION, with the data folder and the reason.
absl::Status FolderNotWritable(const std::string& folder, const absl::Status& why);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_FILES_FOLDER_LOCK_H_
