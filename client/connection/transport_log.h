#ifndef BRAINALIGN_CLIENT_CONNECTION_TRANSPORT_LOG_H_
#define BRAINALIGN_CLIENT_CONNECTION_TRANSPORT_LOG_H_

namespace brainalign {

// Keeps gRPC from writing to standard error by itself: what concerns the user is told as the
// failure of a call. GRPC_VERBOSITY, where it is set, still has its way. For programs, before the
// first call.
void SilenceTransportLog();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_TRANSPORT_LOG_H_
