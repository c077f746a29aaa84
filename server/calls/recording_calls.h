#ifndef BRAINALIGN_SERVER_CALLS_RECORDING_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_RECORDING_CALLS_H_

#include "brainalign/v1/recording.pb.h"
#include "server/calls/call_gate.h"
#include "server/recordings/recordings.h"

namespace brainalign {

// brainalign.v1.RecordingService. The pointers must outlive it.
class RecordingCalls {
 public:
  RecordingCalls(const CallGate* gate, Recordings* recordings);

  absl::StatusOr<v1::CreateRecordingResponse> CreateRecording(
      const Credentials& credentials, const v1::CreateRecordingRequest& request);
  absl::StatusOr<v1::DeleteRecordingResponse> DeleteRecording(
      const Credentials& credentials, const v1::DeleteRecordingRequest& request);
  absl::StatusOr<v1::SealRecordingResponse> SealRecording(const Credentials& credentials,
                                                          const v1::SealRecordingRequest& request);
  absl::StatusOr<v1::GetRecordingResponse> GetRecording(const Credentials& credentials,
                                                        const v1::GetRecordingRequest& request);
  absl::StatusOr<v1::ListRecordingsResponse> ListRecordings(
      const Credentials& credentials, const v1::ListRecordingsRequest& request);
  absl::StatusOr<v1::UnsealRecordingResponse> UnsealRecording(
      const Credentials& credentials, const v1::UnsealRecordingRequest& request);
  absl::StatusOr<v1::ListSubmissionsResponse> ListSubmissions(
      const Credentials& credentials, const v1::ListSubmissionsRequest& request);

 private:
  // The part of the recording that the caller may see, without its sensors.
  absl::Status Fill(const Recording& recording, const Caller& caller, v1::Recording& proto) const;
  absl::Status FillSeal(const Recording& recording, const Caller& caller,
                        v1::RecordingSeal& proto) const;

  const CallGate* const gate_;
  Recordings* const recordings_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_RECORDING_CALLS_H_
