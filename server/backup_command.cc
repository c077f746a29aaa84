#include "server/backup_command.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "server/files/folder_lock.h"
#include "server/rpc/control_socket.h"

namespace brainalign {

absl::StatusOr<BackupSummary> Backup(const std::string& data_folder, const std::string& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(data_folder + "/db", error)) {
    return absl::NotFoundError(
        absl::StrCat(data_folder, " is no data folder of a server; give its --data"));
  }
  const std::string target = std::filesystem::absolute(folder, error).string();
  const auto lock = FolderLock::Take(data_folder);
  if (!lock.ok()) return AskForBackup(data_folder, target);
  auto database = Database::Open(data_folder + "/db");
  if (!database.ok()) return database.status();
  const Store store(*std::move(database));
  auto blobs = BlobFolder::Open(data_folder);
  if (!blobs.ok()) return blobs.status();
  return WriteBackup(store, **blobs, target, [] { return true; });
}

}  // namespace brainalign
