#ifndef BRAINALIGN_SERVER_CALLS_TENSOR_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_TENSOR_CALLS_H_

#include <atomic>
#include <cstdint>

#include "absl/status/status.h"
#include "brainalign/v1/tensor.pb.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/tensors.h"
#include "server/blobs/uploads.h"
#include "server/calls/call_gate.h"
#include "server/calls/call_limit.h"
#include "server/calls/stall_guard.h"
#include "server/calls/streams.h"
#include "server/recordings/recordings.h"

namespace brainalign {

// brainalign.v1.TensorService. The pointers must outlive it.
class TensorCalls {
 public:
  struct Limits {
    int upload_streams = 1;
    int downloads = 1;
    int digests_per_call = 1;
    std::int64_t chunk_bytes = 1;
    UseShares shares;
  };
  TensorCalls(const CallGate* gate, const Recordings* recordings, const Limits& limits,
              StallGuard* guard, Uploads* uploads, Tensors* tensors, BlobFolder* blobs,
              const std::atomic<bool>* stopping);

  absl::StatusOr<v1::FindMissingTensorsResponse> FindMissingTensors(
      const Credentials& credentials, const v1::FindMissingTensorsRequest& request);
  absl::StatusOr<v1::StartUploadResponse> StartUpload(const Credentials& credentials,
                                                      const v1::StartUploadRequest& request);
  absl::StatusOr<v1::WriteUploadResponse> WriteUpload(const Credentials& credentials,
                                                      Source<v1::WriteUploadRequest> receive);
  absl::StatusOr<v1::QueryUploadResponse> QueryUpload(const Credentials& credentials,
                                                      const v1::QueryUploadRequest& request);
  absl::StatusOr<v1::CancelUploadResponse> CancelUpload(const Credentials& credentials,
                                                        const v1::CancelUploadRequest& request);
  absl::Status ReadTensor(const Credentials& credentials, const v1::ReadTensorRequest& request,
                          Sink<v1::ReadTensorResponse> send);

 private:
  absl::StatusOr<Upload> Receive(const Call& call, Source<v1::WriteUploadRequest> receive);
  absl::Status Send(const Call& call, const v1::ReadTensorRequest& request,
                    Sink<v1::ReadTensorResponse> send);
  v1::Upload ToProto(const Upload& upload) const;

  const CallGate* const gate_;
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

#endif  // BRAINALIGN_SERVER_CALLS_TENSOR_CALLS_H_
