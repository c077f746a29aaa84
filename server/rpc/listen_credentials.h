#ifndef BRAINALIGN_SERVER_RPC_LISTEN_CREDENTIALS_H_
#define BRAINALIGN_SERVER_RPC_LISTEN_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/config/options.h"

namespace brainalign {

// Whether no other machine reaches this address.
bool IsLoopback(const std::string& host);

// How the server shows who it is, and makes clients show who they are. TLS if a
// certificate is set; its files are read again within seconds of a change, for new
// connections. INVALID_ARGUMENT, naming the option and the file, if one cannot be read,
// key and certificate do not belong together, or the address is reached from other
// machines and there is neither TLS nor a word that it may be so.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeListenCredentials(
    const ServerOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_LISTEN_CREDENTIALS_H_
