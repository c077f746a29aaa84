#ifndef BRAINALIGN_CLIENT_EXPERIMENT_FOLDER_REPLACEMENT_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_FOLDER_REPLACEMENT_H_

#include <filesystem>
#include <vector>

#include "absl/status/status.h"

namespace brainalign {

// A temporary folder that replaces another one after it is filled. Without the replacement, it is
// removed, together with the parents that were made for it. Errors are those of the system, with
// the path.
class FolderReplacement {
 public:
  explicit FolderReplacement(const std::filesystem::path& path);
  ~FolderReplacement();
  FolderReplacement(const FolderReplacement&) = delete;
  FolderReplacement& operator=(const FolderReplacement&) = delete;

  absl::Status Make();

  // Requires: nothing is there.
  absl::Status Commit();

  const std::filesystem::path& part() const { return part_; }

 private:
  const std::filesystem::path path_;
  const std::filesystem::path part_;
  std::vector<std::filesystem::path> made_parents_;  // the outermost first
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_FOLDER_REPLACEMENT_H_
