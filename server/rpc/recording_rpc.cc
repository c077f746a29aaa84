#include "server/rpc/recording_rpc.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/record/convert.h"
#include "server/record/status_details.h"

namespace brainalign {

RecordingRpc::RecordingRpc(const CallGate* gate, const JobLimits& limits, Recordings* recordings)
    : gate_(gate), limits_(limits), recordings_(recordings) {}

absl::Status RecordingRpc::Fill(const SealedRecording& recording, const std::string& project,
                                v1::Recording& proto) const {
  auto left = recordings_->SubmissionsLeft(recording, project);
  if (!left.ok()) return left.status();
  proto.set_recording(recording.FullName());
  proto.set_description(recording.description);
  proto.set_words(recording.words);
  proto.mutable_times_seconds()->Assign(recording.brain.times_seconds.begin(),
                                        recording.brain.times_seconds.end());
  proto.set_max_layers(recording.max_layers);
  proto.set_max_submissions(recording.max_submissions);
  proto.set_submissions_left(*left);
  *proto.mutable_create_time() = ToProto(recording.create_time);
  if (project == recording.project) {
    for (const std::string& allowed : recording.projects) proto.add_projects(allowed);
  }
  return absl::OkStatus();
}

grpc::Status RecordingRpc::SealRecording(grpc::ServerContext* context,
                                         const v1::SealRecordingRequest* request,
                                         v1::SealRecordingResponse* response) {
  return gate_->Run(context, Method::kSealRecording, [&](const Call& call) -> absl::Status {
    std::vector<FieldProblem> problems;
    SealedRecording recording;
    recording.project = call.caller().project;
    recording.name = request->name();
    recording.description = request->description();
    recording.brain = BrainFromProto(request->brain(), "brain", problems);
    recording.projects.assign(request->projects().begin(), request->projects().end());
    recording.max_submissions = request->max_submissions();
    recording.max_layers = request->max_layers();
    if (!problems.empty()) return InvalidFieldsError(problems);
    auto sealed = recordings_->Seal(std::move(recording));
    if (!sealed.ok()) return sealed.status();
    return Fill(*sealed, call.caller().project, *response->mutable_recording());
  });
}

grpc::Status RecordingRpc::GetRecording(grpc::ServerContext* context,
                                        const v1::GetRecordingRequest* request,
                                        v1::GetRecordingResponse* response) {
  return gate_->Run(context, Method::kGetRecording, [&](const Call& call) -> absl::Status {
    auto recording = recordings_->Find(call.caller().project, request->recording());
    if (!recording.ok()) return recording.status();
    return Fill(*recording, call.caller().project, *response->mutable_recording());
  });
}

grpc::Status RecordingRpc::ListRecordings(grpc::ServerContext* context,
                                          const v1::ListRecordingsRequest* /*request*/,
                                          v1::ListRecordingsResponse* response) {
  return gate_->Run(context, Method::kListRecordings, [&](const Call& call) -> absl::Status {
    auto recordings = recordings_->List(call.caller().project);
    if (!recordings.ok()) return recordings.status();
    for (const SealedRecording& recording : *recordings) {
      if (absl::Status status = Fill(recording, call.caller().project, *response->add_recordings());
          !status.ok()) {
        return status;
      }
    }
    return absl::OkStatus();
  });
}

grpc::Status RecordingRpc::UnsealRecording(grpc::ServerContext* context,
                                           const v1::UnsealRecordingRequest* request,
                                           v1::UnsealRecordingResponse* /*response*/) {
  return gate_->Run(context, Method::kUnsealRecording, [&](const Call& call) {
    return recordings_->Unseal(call.caller().project, request->recording());
  });
}

grpc::Status RecordingRpc::ListSubmissions(grpc::ServerContext* context,
                                           const v1::ListSubmissionsRequest* request,
                                           v1::ListSubmissionsResponse* response) {
  return gate_->Run(context, Method::kListSubmissions, [&](const Call& call) -> absl::Status {
    if (request->page_size() < 0) {
      return InvalidFieldError("page_size", absl::StrCat("is ", request->page_size(),
                                                         "; give 0 to ", limits_.max_page_size));
    }
    std::int64_t before = INT64_MAX;
    if (!request->page_token().empty() &&
        (!absl::SimpleAtoi(absl::string_view(request->page_token()), &before) || before < 1)) {
      return InvalidFieldError("page_token",
                               "is no token; take next_page_token of the page before");
    }
    const int size = request->page_size() == 0
                         ? limits_.default_page_size
                         : std::min(request->page_size(), limits_.max_page_size);
    auto submissions =
        recordings_->ListSubmissions(call.caller().project, request->recording(), before, size);
    if (!submissions.ok()) return submissions.status();
    for (const Submission& submission : *submissions) {
      v1::Submission& proto = *response->add_submissions();
      *proto.mutable_create_time() = ToProto(submission.create_time);
      proto.set_project(submission.project);
      proto.set_person(submission.person);
      proto.set_job_id(submission.job_id);
      proto.set_job_name(submission.job_name);
      for (const std::string& digest : submission.activations) proto.add_activations(digest);
    }
    if (submissions->size() == static_cast<std::size_t>(size)) {
      response->set_next_page_token(absl::StrCat(submissions->back().order));
    }
    return absl::OkStatus();
  });
}

}  // namespace brainalign
