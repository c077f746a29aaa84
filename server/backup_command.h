#ifndef BRAINALIGN_SERVER_BACKUP_COMMAND_H_
#define BRAINALIGN_SERVER_BACKUP_COMMAND_H_

#include <string>

#include "absl/status/statusor.h"
#include "server/backup/backup.h"

namespace brainalign {

// Backs up a data folder into `folder`: by the server that has it, if one runs, else
// directly. ALREADY_EXISTS if `folder` is there and not empty.
absl::StatusOr<BackupSummary> Backup(const std::string& data_folder, const std::string& folder);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BACKUP_COMMAND_H_
