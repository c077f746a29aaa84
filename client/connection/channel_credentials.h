#ifndef BRAINALIGN_CLIENT_CONNECTION_CHANNEL_CREDENTIALS_H_
#define BRAINALIGN_CLIENT_CONNECTION_CHANNEL_CREDENTIALS_H_

#include <grpcpp/security/credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"

namespace brainalign {

// Of no TLS if `tls` names no authority. INVALID_ARGUMENT, naming the file, if one
// cannot be read or certificate and key are not given together.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeCredentials(const TlsOptions& tls);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_CHANNEL_CREDENTIALS_H_
