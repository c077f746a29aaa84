#ifndef BRAINALIGN_SERVER_RPC_OPERATION_RPC_H_
#define BRAINALIGN_SERVER_RPC_OPERATION_RPC_H_

#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "brainalign/v1/operation.grpc.pb.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/uploads.h"
#include "server/calls/drain.h"
#include "server/config/reload.h"
#include "server/jobs/job_book.h"
#include "server/logs/error_log.h"
#include "server/rpc/rpc_gate.h"
#include "server/store/store.h"

namespace brainalign {

// brainalign.v1.OperationService. The pointers must outlive it.
class OperationRpc final : public v1::OperationService::Service {
 public:
  struct Parts {
    JobBook* book = nullptr;
    const Uploads* uploads = nullptr;
    const Store* store = nullptr;
    const BlobFolder* blobs = nullptr;
    std::shared_ptr<const ErrorLog> errors;  // null: none are kept
    brainalign::Drain* drain = nullptr;      // a method has its name, too
    // Reads config and access again. Called by one thread at a time or more.
    std::function<absl::StatusOr<brainalign::Reload::Outcome>()> reload;
  };
  OperationRpc(const RpcGate* gate, Parts parts);

  grpc::Status ListQueue(grpc::ServerContext* context, const v1::ListQueueRequest* request,
                         v1::ListQueueResponse* response) override;
  grpc::Status ListUploads(grpc::ServerContext* context, const v1::ListUploadsRequest* request,
                           v1::ListUploadsResponse* response) override;
  grpc::Status ListProjects(grpc::ServerContext* context, const v1::ListProjectsRequest* request,
                            v1::ListProjectsResponse* response) override;
  grpc::Status ListErrors(grpc::ServerContext* context, const v1::ListErrorsRequest* request,
                          v1::ListErrorsResponse* response) override;
  grpc::Status Drain(grpc::ServerContext* context, const v1::DrainRequest* request,
                     v1::DrainResponse* response) override;
  grpc::Status Reload(grpc::ServerContext* context, const v1::ReloadRequest* request,
                      v1::ReloadResponse* response) override;

 private:
  const RpcGate* const gate_;
  const Parts parts_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_OPERATION_RPC_H_
