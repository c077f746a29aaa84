#ifndef BRAINALIGN_CLIENT_LAB_FILES_DESTINATION_H_
#define BRAINALIGN_CLIENT_LAB_FILES_DESTINATION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/experiment/folder_replacement.h"

namespace brainalign {

// An experiment's folder, new or not, to which files are added together: they are written in a
// folder beside it or inside it, and nothing is left of that unless Commit returned OK.
class Destination {
 public:
  static absl::StatusOr<std::unique_ptr<Destination>> Create(const std::string& dir);

  // Where files are written.
  std::string folder() const { return replacement_.part().string(); }

  // ALREADY_EXISTS, and nothing is added, if one of the names is there.
  absl::Status Commit();

 private:
  Destination(const std::filesystem::path& dir, bool is_new)
      : dir_(dir), is_new_(is_new), replacement_(is_new ? dir : dir / "import") {}

  absl::Status Add();

  const std::filesystem::path dir_;
  const bool is_new_;  // or empty
  FolderReplacement replacement_;
};

// That `name` is in `dir` already.
absl::Status IsThereAlready(const std::string& dir, const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_DESTINATION_H_
