#ifndef BRAINALIGN_CLIENT_CONNECTION_TRANSPORT_LOG_H_
#define BRAINALIGN_CLIENT_CONNECTION_TRANSPORT_LOG_H_

namespace brainalign {

// Stops gRPC from writing to standard error: errors are reported by the status of the call. If
// GRPC_VERBOSITY is set, it takes precedence. For programs, before the first call.
void SilenceTransportLog();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_TRANSPORT_LOG_H_
