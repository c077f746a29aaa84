#ifndef BRAINALIGN_CLIENT_EXPERIMENT_DESTINATION_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_DESTINATION_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/experiment/folder_replacement.h"

namespace brainalign {

// An experiment's folder, new or existing, to which files are added in one step. They are first
// written into a temporary folder next to it or, if it exists, inside it, which is removed unless
// Commit returned OK. An existing folder keeps its identity and permissions, even if it is empty,
// because it can be a working folder, a mount, or the target of a link.
class Destination {
 public:
  // INVALID_ARGUMENT, FAILED_PRECONDITION or ALREADY_EXISTS, naming `dir`, if it can be no folder;
  // or the system's.
  static absl::StatusOr<std::unique_ptr<Destination>> Create(const std::string& dir);

  // Where files are written.
  std::string folder() const { return replacement_.part().string(); }

  // ALREADY_EXISTS, and nothing is added, if one of the names is there.
  absl::Status Commit();

 private:
  Destination(const std::filesystem::path& dir, bool is_new)
      : dir_(dir), is_new_(is_new), replacement_(is_new ? dir : dir / "brainalign") {}

  absl::Status Add();

  const std::filesystem::path dir_;
  const bool is_new_;
  FolderReplacement replacement_;
};

// That `name` is in `dir` already.
absl::Status IsThereAlready(const std::string& dir, const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_DESTINATION_H_
