#ifndef BRAINALIGN_CLIENT_WIRE_STATUS_FROM_GRPC_H_
#define BRAINALIGN_CLIENT_WIRE_STATUS_FROM_GRPC_H_

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace brainalign {

// What the names of a status's payloads begin with that are details as the server told them.
inline constexpr char kDetailPrefix[] = "type.googleapis.com/google.rpc.";

// The server's answer as a Status: its code, its sentence, and what its details
// add to it (fields that are wrong, tensors that are missing, limits), one a
// line. A detail that the sentence already says is not repeated. The details are its payloads, for
// RefusalOf (client/connection/refusal.h).
absl::Status StatusFromGrpc(const grpc::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_STATUS_FROM_GRPC_H_
