#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/access/access_file.h"
#include "server/backup/backup.h"
#include "server/backup/new_folder.h"
#include "server/rows/digest.h"

namespace brainalign {
namespace {

namespace fs = std::filesystem;

absl::Status CheckNote(const std::string& folder) {
  std::ifstream file(folder + "/backup.json");
  const nlohmann::json note = nlohmann::json::parse(file, nullptr, /*allow_exceptions=*/false);
  if (!note.is_object() || !note.contains("format")) {
    return absl::InvalidArgumentError(
        absl::StrCat(folder,
                     " is no backup: it has no backup.json that can be read; name a folder "
                     "that `brainalignd backup` wrote"));
  }
  if (note["format"] != 1) {
    return absl::FailedPreconditionError(
        absl::StrCat(folder, " is a backup of format ", note["format"].dump(),
                     "; this program knows format 1: use a newer brainalignd"));
  }
  return absl::OkStatus();
}

// Everything of `folder` but the note, to the same place below `to`.
absl::Status CopyAll(const fs::path& folder, const fs::path& to, BackupSummary& summary) {
  std::error_code error;
  for (fs::recursive_directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const fs::path relative = it->path().lexically_relative(folder);
    const fs::path target = to / relative;
    if (it->is_directory(error)) {
      if (absl::Status status = MakeDirectory(target.string()); !status.ok()) return status;
      continue;
    }
    if (relative == "backup.json" || relative == "access.json.lock" || !it->is_regular_file(error))
      continue;
    const auto size_bytes = static_cast<std::int64_t>(it->file_size(error));
    auto digest = CopyFile(it->path().string(), target.string(), size_bytes);
    if (!digest.ok()) return digest.status();
    const std::string name = relative.filename().string();
    const std::string room = relative.begin()->string();
    if (room == "blobs" && name != *digest) {
      return absl::DataLossError(absl::StrCat(
          it->path().string(), " is damaged: its bytes have SHA-256 ", *digest,
          "; replace it by an intact file of this tensor, or remove it to continue without it"));
    }
    summary.tensors += room == "blobs" ? 1 : 0;
    summary.uploads += room == "uploads" ? 1 : 0;
    summary.bytes += room == "blobs" || room == "uploads" ? size_bytes : 0;
  }
  if (error) return SystemError(error.value(), "listing", folder.string());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<BackupSummary> RestoreBackup(const std::string& folder,
                                            const std::string& data_folder) {
  if (absl::Status status = CheckNote(folder); !status.ok()) return status;
  auto target = NewFolder::Begin(data_folder);
  if (!target.ok()) return target.status();
  BackupSummary summary;
  if (absl::Status status = CopyAll(folder, target->path(), summary); !status.ok()) return status;
  // Written anew, for its owner alone.
  if (fs::exists(AccessFilePath(target->path()))) {
    const auto as_it_is = [](AccessContents&) { return absl::OkStatus(); };
    if (absl::Status status = ChangeAccessFile(target->path(), as_it_is); !status.ok()) {
      return status;
    }
  }
  if (absl::Status status = target->Finish(); !status.ok()) return status;
  return summary;
}

}  // namespace brainalign
