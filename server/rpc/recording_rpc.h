#ifndef BRAINALIGN_SERVER_RPC_RECORDING_RPC_H_
#define BRAINALIGN_SERVER_RPC_RECORDING_RPC_H_

#include "brainalign/v1/recording.grpc.pb.h"
#include "server/recordings/recordings.h"
#include "server/rpc/rpc_gate.h"

namespace brainalign {

// brainalign.v1.RecordingService. The pointers must outlive it.
class RecordingRpc final : public v1::RecordingService::Service {
 public:
  RecordingRpc(const RpcGate* gate, Recordings* recordings);

  grpc::Status CreateRecording(grpc::ServerContext* context,
                               const v1::CreateRecordingRequest* request,
                               v1::CreateRecordingResponse* response) override;
  grpc::Status DeleteRecording(grpc::ServerContext* context,
                               const v1::DeleteRecordingRequest* request,
                               v1::DeleteRecordingResponse* response) override;
  grpc::Status SealRecording(grpc::ServerContext* context, const v1::SealRecordingRequest* request,
                             v1::SealRecordingResponse* response) override;
  grpc::Status GetRecording(grpc::ServerContext* context, const v1::GetRecordingRequest* request,
                            v1::GetRecordingResponse* response) override;
  grpc::Status ListRecordings(grpc::ServerContext* context,
                              const v1::ListRecordingsRequest* request,
                              v1::ListRecordingsResponse* response) override;
  grpc::Status UnsealRecording(grpc::ServerContext* context,
                               const v1::UnsealRecordingRequest* request,
                               v1::UnsealRecordingResponse* response) override;
  grpc::Status ListSubmissions(grpc::ServerContext* context,
                               const v1::ListSubmissionsRequest* request,
                               v1::ListSubmissionsResponse* response) override;

 private:
  // What the caller may see of the recording, without its sensors.
  absl::Status Fill(const Recording& recording, const Caller& caller, v1::Recording& proto) const;
  absl::Status FillSeal(const Recording& recording, const Caller& caller,
                        v1::RecordingSeal& proto) const;

  const RpcGate* const gate_;
  Recordings* const recordings_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_RECORDING_RPC_H_
