#include "client/recordings/recording_calls.h"

#include <algorithm>
#include <utility>

#include "client/connection/stubs.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/spec_to_proto.h"

namespace brainalign {
namespace {

constexpr int kPageSize = 100;

Recording FromProto(const v1::Recording& proto) {
  Recording recording;
  recording.recording = proto.recording();
  recording.description = proto.description();
  recording.words = proto.words();
  recording.times_seconds.assign(proto.times_seconds().begin(), proto.times_seconds().end());
  recording.max_layers = proto.max_layers();
  recording.max_submissions = proto.max_submissions();
  recording.submissions_left = proto.submissions_left();
  recording.create_time_unix_seconds = UnixSeconds(proto.create_time());
  recording.projects.assign(proto.projects().begin(), proto.projects().end());
  return recording;
}

Submission FromProto(const v1::Submission& proto) {
  Submission submission;
  submission.create_time_unix_seconds = UnixSeconds(proto.create_time());
  submission.project = proto.project();
  submission.person = proto.person();
  submission.job_id = proto.job_id();
  submission.job_name = proto.job_name();
  submission.activations.assign(proto.activations().begin(), proto.activations().end());
  return submission;
}

}  // namespace

absl::StatusOr<Recording> SealRecording(Connection& connection, const SealRequest& request) {
  v1::SealRecordingRequest proto;
  proto.set_name(request.name);
  proto.set_description(request.description);
  *proto.mutable_brain() = ToProto(request.brain);
  for (const std::string& project : request.projects) proto.add_projects(project);
  proto.set_max_submissions(request.max_submissions);
  proto.set_max_layers(request.max_layers);
  absl::StatusOr<v1::SealRecordingResponse> response = Call<v1::SealRecordingResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().recordings->SealRecording(context, proto, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->recording());
}

absl::StatusOr<Recording> GetRecording(Connection& connection, const std::string& recording) {
  v1::GetRecordingRequest request;
  request.set_recording(recording);
  absl::StatusOr<v1::GetRecordingResponse> response = Call<v1::GetRecordingResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().recordings->GetRecording(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->recording());
}

absl::StatusOr<std::vector<Recording>> ListRecordings(Connection& connection) {
  absl::StatusOr<v1::ListRecordingsResponse> response = Call<v1::ListRecordingsResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().recordings->ListRecordings(context, v1::ListRecordingsRequest(),
                                                             answer);
      });
  if (!response.ok()) return response.status();
  std::vector<Recording> recordings;
  for (const v1::Recording& proto : response->recordings()) {
    recordings.push_back(FromProto(proto));
  }
  return recordings;
}

absl::Status UnsealRecording(Connection& connection, const std::string& recording) {
  v1::UnsealRecordingRequest request;
  request.set_recording(recording);
  return Call<v1::UnsealRecordingResponse>(connection.options(),
                                           [&](grpc::ClientContext* context, auto* answer) {
                                             return connection.stubs().recordings->UnsealRecording(
                                                 context, request, answer);
                                           })
      .status();
}

absl::StatusOr<std::vector<Submission>> ListSubmissions(Connection& connection,
                                                        const std::string& recording, int limit) {
  std::vector<Submission> submissions;
  v1::ListSubmissionsRequest request;
  request.set_recording(recording);
  do {
    const int left = limit - static_cast<int>(submissions.size());
    request.set_page_size(limit == 0 ? kPageSize : std::min(left, kPageSize));
    absl::StatusOr<v1::ListSubmissionsResponse> page = Call<v1::ListSubmissionsResponse>(
        connection.options(), [&](grpc::ClientContext* context, auto* answer) {
          return connection.stubs().recordings->ListSubmissions(context, request, answer);
        });
    if (!page.ok()) return page.status();
    for (const v1::Submission& proto : page->submissions()) {
      submissions.push_back(FromProto(proto));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty() &&
           (limit == 0 || submissions.size() < static_cast<std::size_t>(limit)));
  return submissions;
}

}  // namespace brainalign
