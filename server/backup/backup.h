#ifndef BRAINALIGN_SERVER_BACKUP_BACKUP_H_
#define BRAINALIGN_SERVER_BACKUP_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "server/blobs/blob_folder.h"
#include "server/store/store.h"

namespace brainalign {

// A backup is a folder that looks like a data folder, and a note:
//   backup.json          what it is; written last
//   db/                  a checkpoint of the database, without where executions run
//   blobs/, uploads/     the bytes that the checkpoint names
// It is put together under the name FOLDER.partial and renamed when it is whole and
// on disk. Tensors are linked where the file system lets them be, else copied.

struct BackupSummary {
  int tensors = 0;
  int uploads = 0;
  std::int64_t bytes = 0;  // of both
};

// Backs up the state of the store at this moment, while the server continues. No tensor may be
// removed during the backup. ALREADY_EXISTS if `folder` exists and is not empty, INVALID_ARGUMENT
// if the folder that it would be in does not exist, CANCELLED as soon as `go_on` returns false.
absl::StatusOr<BackupSummary> WriteBackup(const Store& store, const BlobFolder& blobs,
                                          const std::string& folder,
                                          const std::function<bool()>& go_on);

// Makes a data folder of a backup, by copying, and compares every tensor with its
// digest: DATA_LOSS if one is damaged. ALREADY_EXISTS if `data_folder` is there and
// not empty; INVALID_ARGUMENT if `folder` is no backup.
absl::StatusOr<BackupSummary> RestoreBackup(const std::string& folder,
                                            const std::string& data_folder);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_BACKUP_BACKUP_H_
