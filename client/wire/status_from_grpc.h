#ifndef BRAINALIGN_CLIENT_WIRE_STATUS_FROM_GRPC_H_
#define BRAINALIGN_CLIENT_WIRE_STATUS_FROM_GRPC_H_

#include <optional>

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace brainalign {

// The server's answer as a Status: its code, its sentence, and what its details
// add to it (fields that are wrong, tensors that are missing, limits), one a
// line. A detail that the sentence already says is not repeated.
absl::Status StatusFromGrpc(const grpc::Status& status);

// How long the server asked to wait before another try, in seconds, if it did.
std::optional<double> RetryDelaySeconds(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_STATUS_FROM_GRPC_H_
