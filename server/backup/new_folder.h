#ifndef BRAINALIGN_SERVER_BACKUP_NEW_FOLDER_H_
#define BRAINALIGN_SERVER_BACKUP_NEW_FOLDER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// A folder that appears under its name once it is whole, or not at all.
class NewFolder {
 public:
  // ALREADY_EXISTS if the folder exists and is not empty. Removes only the rest of an earlier
  // attempt.
  static absl::StatusOr<NewFolder> Begin(const std::string& folder);

  // Where to put things until then.
  const std::string& path() const { return path_; }
  // Makes it durable, and renames it.
  absl::Status Finish();

 private:
  NewFolder(std::string folder, std::string path)
      : folder_(std::move(folder)), path_(std::move(path)) {}

  std::string folder_;
  std::string path_;
};

// Copies the first `size_bytes` of a file, durably but for its name. Returns the
// SHA-256 of what was copied, in hexadecimal.
absl::StatusOr<std::string> CopyFile(const std::string& from, const std::string& to,
                                     std::int64_t size_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BACKUP_NEW_FOLDER_H_
