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

// The credentials of the listening port. TLS if a certificate is set; after a change its files are
// read again within seconds, for new connections. INVALID_ARGUMENT, with the option and the file,
// if a file cannot be read, if key and certificate do not match, or if other machines can reach the
// address and there is neither TLS nor plaintext_beyond_loopback.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeListenCredentials(
    const ServerOptions& options);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_LISTEN_CREDENTIALS_H_
