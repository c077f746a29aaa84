#ifndef BRAINALIGN_SERVER_RPC_CONTROL_SOCKET_H_
#define BRAINALIGN_SERVER_RPC_CONTROL_SOCKET_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/backup/backup.h"

// The socket control.sock in the data folder, by which commands on the same machine
// reach the server that has the folder. The folder's permissions guard it.

namespace brainalign {

// Serves these calls and grpc.health.v1 on the socket, to everyone who can open the folder, until
// it is destroyed.
class ControlSocket {
 public:
  // The services must outlive it.
  static absl::StatusOr<std::unique_ptr<ControlSocket>> Listen(
      const std::string& data_folder, const std::vector<grpc::Service*>& services);
  ~ControlSocket();

  // Health is NOT_SERVING from now on.
  void StopServing();

 private:
  ControlSocket() = default;

  int folder_ = -1;  // an open descriptor; the address refers to it
  std::unique_ptr<grpc::Server> server_;
};

// Asks the server that has the data folder for a backup into `folder`, an absolute path.
// UNAVAILABLE if no server answers.
absl::StatusOr<BackupSummary> AskForBackup(const std::string& data_folder,
                                           const std::string& folder);

// Asks the server that has the data folder for its health, as grpc.health.v1 has it. UNAVAILABLE
// unless it reports SERVING within some seconds.
absl::Status CheckHealth(const std::string& data_folder);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_CONTROL_SOCKET_H_
