#ifndef BRAINALIGN_SERVER_RPC_PROTOCOL_SERVICES_H_
#define BRAINALIGN_SERVER_RPC_PROTOCOL_SERVICES_H_

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <vector>

#include "server/calls/client_calls.h"
#include "server/calls/control_calls.h"

namespace brainalign {

// The services of brainalign.v1 that gRPC serves: each method takes a call's credentials, and runs
// the function of server/calls that has the method's name. The calls must outlive them.
std::vector<std::unique_ptr<grpc::Service>> ServicesOf(ClientCalls& calls);
std::vector<std::unique_ptr<grpc::Service>> ServicesOf(ControlCalls& calls);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_PROTOCOL_SERVICES_H_
