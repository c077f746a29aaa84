#ifndef BRAINALIGN_SERVER_RPC_STATUS_H_
#define BRAINALIGN_SERVER_RPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace brainalign {

// The status for the wire: code, message, and its payloads as details in the shape of
// google.rpc.Status. Message and details are truncated to a size that every client can receive.
grpc::Status ToGrpc(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_STATUS_H_
