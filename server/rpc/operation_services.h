#ifndef BRAINALIGN_SERVER_RPC_OPERATION_SERVICES_H_
#define BRAINALIGN_SERVER_RPC_OPERATION_SERVICES_H_

#include <grpcpp/server_builder.h>

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/access/access_list.h"
#include "server/calls/call_gate.h"
#include "server/config/reload.h"
#include "server/observe/call_records.h"
#include "server/observe/metrics_port.h"
#include "server/observe/server_metrics.h"
#include "server/rpc/operation_rpc.h"
#include "server/rpc/rpc_gate.h"
#include "server/rpc/server_rpc.h"

namespace prometheus {
class Registry;
}

namespace brainalign {

// What a server has for who looks after it: OperationService, once for the network and once
// for the socket in the data folder, which asks for no token; and the port of the metrics.
class OperationServices {
 public:
  // All pointers must outlive it. `parts` without `reload`.
  struct Inside {
    AccessList* access = nullptr;
    CallRecords* records = nullptr;
    const RpcGate* gate = nullptr;  // of the network
    OperationRpc::Parts parts;
    const Scrubber* scrubber = nullptr;
  };
  OperationServices(Inside inside, const ServerFacts& facts, Reload reload);
  ~OperationServices();

  // ALREADY_EXISTS if the options' address for metrics is taken; no effect without one.
  absl::Status ServeMetrics(const ServerOptions& options, absl::Time start_time,
                            std::shared_ptr<prometheus::Registry> counted);
  int metrics_port() const { return metrics_ == nullptr ? 0 : metrics_->port(); }

  grpc::Service* network_service() { return &network_; }
  std::vector<grpc::Service*> control_services() { return {&control_, &control_server_}; }
  // Of the socket: whoever reaches it may do all.
  const RpcGate* control_gate() const { return &control_rpc_gate_; }
  // Reads config and access again, and tells the log what came of it.
  void ReloadAndTell();

 private:
  absl::StatusOr<Reload::Outcome> ReloadAll();
  OperationRpc::Parts PartsWithReload();

  const Inside inside_;
  Mutex mutex_;
  Reload reload_ ABSL_GUARDED_BY(mutex_);
  OperationRpc network_;
  const CallGate control_gate_;  // open to all who reach the socket, and while the server drains
  const RpcGate control_rpc_gate_{&control_gate_};
  OperationRpc control_;
  ServerRpc control_server_;
  std::unique_ptr<MetricsPort> metrics_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_OPERATION_SERVICES_H_
