#ifndef BRAINALIGN_SERVER_RPC_RPC_GATE_H_
#define BRAINALIGN_SERVER_RPC_RPC_GATE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <functional>

#include "absl/status/status.h"
#include "server/access/permissions.h"
#include "server/calls/call_gate.h"

namespace brainalign {

// The gate for calls that come by gRPC: credentials from the call's context, and the request id and
// the status back to the client.
class RpcGate {
 public:
  // `gate` must outlive it.
  explicit RpcGate(const CallGate* gate) : gate_(gate) {}

  grpc::Status Run(grpc::ServerContext* context, Method method,
                   const std::function<absl::Status(const Call&)>& body) const;

 private:
  const CallGate* const gate_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_RPC_GATE_H_
