#ifndef BRAINALIGN_SERVER_FILES_FOLDER_LOCK_H_
#define BRAINALIGN_SERVER_FILES_FOLDER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// The data folder is one program's at a time. Held as long as the object lives.
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

// A sentence if others than its owner may look into the folder, and what to do; else empty.
std::string DescribeWideFolder(const std::string& folder);

// FAILED_PRECONDITION that names the data folder and says why.
absl::Status FolderNotWritable(const std::string& folder, const absl::Status& why);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_FILES_FOLDER_LOCK_H_
