#ifndef BRAINALIGN_CORE_TENSOR_FILE_REPLACEMENT_H_
#define BRAINALIGN_CORE_TENSOR_FILE_REPLACEMENT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

// Writes a new file that replaces `path` completely or not at all. Without a Commit that returned
// OK, `path` is unchanged and no other file is left (unless the process dies, which leaves a *.part
// file).
//
// Protocol: Create, Append any number of times, Commit once.
class FileReplacement {
 public:
  // `permissions`: of the new file, before the umask.
  static absl::StatusOr<std::unique_ptr<FileReplacement>> Create(const std::string& path,
                                                                 unsigned int permissions = 0666);

  ~FileReplacement();
  FileReplacement(const FileReplacement&) = delete;
  FileReplacement& operator=(const FileReplacement&) = delete;

  // Errors (of Commit as well) are the system's and name the path.
  absl::Status Append(const void* data, std::int64_t size_bytes);

  // Synchronises the bytes, renames, synchronises the folder.
  absl::Status Commit();

 private:
  FileReplacement(std::string path, std::string part_path, int fd);

  const std::string path_;
  const std::string part_path_;
  int fd_;  // -1 once committed
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FILE_REPLACEMENT_H_
