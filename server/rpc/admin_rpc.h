#ifndef BRAINALIGN_SERVER_RPC_ADMIN_RPC_H_
#define BRAINALIGN_SERVER_RPC_ADMIN_RPC_H_

#include <atomic>

#include "brainalign/v1/admin.grpc.pb.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensor_care.h"
#include "server/rpc/rpc_gate.h"
#include "server/store/store.h"

namespace brainalign {

// brainalign.v1.AdminService. The pointers must outlive it.
class AdminRpc final : public v1::AdminService::Service {
 public:
  AdminRpc(const RpcGate* gate, const Store* store, const BlobFolder* blobs, TensorCare* care,
           const std::atomic<bool>* stopping);

  grpc::Status CreateBackup(grpc::ServerContext* context, const v1::CreateBackupRequest* request,
                            v1::CreateBackupResponse* response) override;

 private:
  const RpcGate* const gate_;
  const Store* const store_;
  const BlobFolder* const blobs_;
  TensorCare* const care_;
  const std::atomic<bool>* const stopping_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_ADMIN_RPC_H_
