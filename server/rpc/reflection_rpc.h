#ifndef BRAINALIGN_SERVER_RPC_REFLECTION_RPC_H_
#define BRAINALIGN_SERVER_RPC_REFLECTION_RPC_H_

#include <atomic>
#include <string>
#include <vector>

#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "server/calls/call_gate.h"
#include "server/calls/call_limit.h"
#include "server/calls/stall_guard.h"

namespace brainalign {

// grpc.reflection.v1alpha: descriptions of the server's services, for tools such as grpcurl. It
// replaces gRPC's own service, which needs no token and holds a thread for every stream.
class ReflectionRpc final : public grpc::reflection::v1alpha::ServerReflection::Service {
 public:
  // The pointers must outlive it.
  ReflectionRpc(const CallGate* gate, StallGuard* guard, const std::atomic<bool>* stopping,
                UseShares shares);

  // Call it when the port listens, with its services. Until then it answers that it is not ready.
  void SetServiceNames(const std::vector<std::string>* names) { service_names_ = names; }

  grpc::Status ServerReflectionInfo(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<grpc::reflection::v1alpha::ServerReflectionResponse,
                               grpc::reflection::v1alpha::ServerReflectionRequest>* stream)
      override;

 private:
  void Answer(const grpc::reflection::v1alpha::ServerReflectionRequest& request,
              grpc::reflection::v1alpha::ServerReflectionResponse& response) const;

  const CallGate* const gate_;
  StallGuard* const guard_;
  const std::atomic<bool>* const stopping_;
  std::atomic<const std::vector<std::string>*> service_names_{nullptr};
  CallLimit streams_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_REFLECTION_RPC_H_
