#ifndef BRAINALIGN_CLIENT_OPERATION_OPERATION_CALLS_H_
#define BRAINALIGN_CLIENT_OPERATION_OPERATION_CALLS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/operation/operation.h"

namespace brainalign {

// For admins of all projects: PERMISSION_DENIED for others. Lists are whole, page by page.

absl::StatusOr<std::vector<QueueEntry>> ListQueue(Connection& connection,
                                                  const QueueFilter& filter = {});
absl::StatusOr<std::vector<UploadEntry>> ListUploads(Connection& connection,
                                                     const UploadFilter& filter = {});
// Projects whose names begin with `name_prefix`.
absl::StatusOr<DiskUse> ListProjects(Connection& connection, const std::string& name_prefix = "");
absl::StatusOr<std::vector<LoggedError>> ListErrors(Connection& connection,
                                                    const ErrorFilter& filter = {});
absl::StatusOr<DrainState> Drain(Connection& connection, DrainMode mode);
// INVALID_ARGUMENT, and nothing changed, if the server cannot read its files.
absl::StatusOr<ReloadOutcome> ReloadServer(Connection& connection);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_OPERATION_OPERATION_CALLS_H_
