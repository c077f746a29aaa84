#ifndef BRAINALIGN_SERVER_RPC_RECORDING_RPC_H_
#define BRAINALIGN_SERVER_RPC_RECORDING_RPC_H_

#include "brainalign/v1/recording.grpc.pb.h"
#include "server/jobs/limits.h"
#include "server/recordings/recordings.h"
#include "server/rpc/call_gate.h"

namespace brainalign {

// brainalign.v1.RecordingService. The pointers must outlive it.
class RecordingRpc final : public v1::RecordingService::Service {
 public:
  RecordingRpc(const CallGate* gate, const JobLimits& limits, Recordings* recordings);

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
  absl::Status Fill(const SealedRecording& recording, const std::string& project,
                    v1::Recording& proto) const;

  const CallGate* const gate_;
  const JobLimits limits_;
  Recordings* const recordings_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_RECORDING_RPC_H_
