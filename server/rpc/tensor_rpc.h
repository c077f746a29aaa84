#ifndef BRAINALIGN_SERVER_RPC_TENSOR_RPC_H_
#define BRAINALIGN_SERVER_RPC_TENSOR_RPC_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "brainalign/v1/tensor.grpc.pb.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/calls/call_limit.h"
#include "server/calls/stall_guard.h"
#include "server/recordings/recordings.h"
#include "server/rpc/rpc_gate.h"

namespace brainalign {

// brainalign.v1.TensorService. The pointers must outlive it.
class TensorRpc final : public v1::TensorService::Service {
 public:
  struct Limits {
    int upload_streams = 1;
    int downloads = 1;
    int digests_per_call = 1;
    std::int64_t chunk_bytes = 1;
    UseShares shares;
  };
  TensorRpc(const RpcGate* gate, const Recordings* recordings, const Limits& limits,
            StallGuard* guard, Uploads* uploads, Tensors* tensors, BlobFolder* blobs,
            const std::atomic<bool>* stopping);

  grpc::Status FindMissingTensors(grpc::ServerContext* context,
                                  const v1::FindMissingTensorsRequest* request,
                                  v1::FindMissingTensorsResponse* response) override;
  grpc::Status StartUpload(grpc::ServerContext* context, const v1::StartUploadRequest* request,
                           v1::StartUploadResponse* response) override;
  grpc::Status WriteUpload(grpc::ServerContext* context,
                           grpc::ServerReader<v1::WriteUploadRequest>* reader,
                           v1::WriteUploadResponse* response) override;
  grpc::Status QueryUpload(grpc::ServerContext* context, const v1::QueryUploadRequest* request,
                           v1::QueryUploadResponse* response) override;
  grpc::Status CancelUpload(grpc::ServerContext* context, const v1::CancelUploadRequest* request,
                            v1::CancelUploadResponse* response) override;
  grpc::Status ReadTensor(grpc::ServerContext* context, const v1::ReadTensorRequest* request,
                          grpc::ServerWriter<v1::ReadTensorResponse>* writer) override;

 private:
  absl::StatusOr<Upload> Receive(const Call& call, grpc::ServerContext* context,
                                 grpc::ServerReader<v1::WriteUploadRequest>* reader);
  absl::Status Send(const Call& call, grpc::ServerContext* context,
                    const v1::ReadTensorRequest& request,
                    grpc::ServerWriter<v1::ReadTensorResponse>* writer);
  v1::Upload ToProto(const Upload& upload) const;

  const RpcGate* const gate_;
  const Recordings* const recordings_;
  Uploads* const uploads_;
  Tensors* const tensors_;
  BlobFolder* const blobs_;
  const std::atomic<bool>* const stopping_;
  StallGuard* const guard_;
  const int max_digests_per_call_;
  const std::int64_t chunk_bytes_;
  CallLimit upload_streams_;
  CallLimit downloads_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_TENSOR_RPC_H_
