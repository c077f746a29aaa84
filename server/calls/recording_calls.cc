#include "server/calls/recording_calls.h"

#include <utility>
#include <vector>

#include "server/calls/brain_fields.h"
#include "server/calls/delete_resource.h"
#include "server/resources/resource_admission.h"
#include "server/rows/convert.h"
#include "server/rows/page.h"
#include "server/rows/status_details.h"
#include "server/store/keys.h"

namespace brainalign {

RecordingCalls::RecordingCalls(const CallGate* gate, Recordings* recordings)
    : gate_(gate), recordings_(recordings) {}

absl::Status RecordingCalls::FillSeal(const Recording& recording, const Caller& caller,
                                      v1::RecordingSeal& proto) const {
  const RecordingSeal& seal = *recording.seal;
  const auto left = recordings_->LeftTo(recording, caller.project, caller.person);
  if (!left.ok()) return left.status();
  proto.set_max_layers(seal.max_layers);
  proto.set_max_submissions(seal.max_submissions);
  proto.set_submissions_left(left->submissions);
  *proto.mutable_policy() = ToProto(seal.policy);
  *proto.mutable_create_time() = ToProto(seal.create_time);
  if (caller.project == recording.project) {
    for (const std::string& allowed : seal.projects) proto.add_projects(allowed);
  } else {
    proto.set_released_numbers_left(left->numbers);
  }
  return absl::OkStatus();
}

absl::Status RecordingCalls::Fill(const Recording& recording, const Caller& caller,
                                  v1::Recording& proto) const {
  proto.set_name(recording.FullName());
  proto.set_display_name(recording.display_name);
  proto.set_description(recording.description);
  proto.set_kind(ToProto(recording.kind));
  proto.set_words(WordsOf(recording.brain));
  proto.mutable_times_seconds()->Assign(recording.brain.times_seconds.begin(),
                                        recording.brain.times_seconds.end());
  *proto.mutable_create_time() = ToProto(recording.create_time);
  // Other projects get nothing else.
  if (caller.project == recording.project) {
    *proto.mutable_brain() = ToProto(recording.brain);
    proto.set_person(recording.person);
    proto.set_word_table(recording.word_table);
    proto.set_form(recording.brain.continuous ? v1::RECORDING_FORM_CONTINUOUS
                                              : v1::RECORDING_FORM_EPOCHS);
  }
  if (!recording.seal) return absl::OkStatus();
  return FillSeal(recording, caller, *proto.mutable_seal());
}

absl::StatusOr<v1::CreateRecordingResponse> RecordingCalls::CreateRecording(
    const Credentials& credentials, const v1::CreateRecordingRequest& request) {
  return gate_->Answer<v1::CreateRecordingResponse>(
      credentials, Method::kCreateRecording,
      [&](const Call& call, v1::CreateRecordingResponse& response) -> absl::Status {
        std::vector<FieldProblem> problems;
        Recording recording;
        recording.project = call.caller().project;
        recording.person = call.caller().person;
        recording.request_id = request.request_id();
        recording.name = request.name();
        recording.display_name = request.display_name();
        recording.description = request.description();
        recording.kind = RecordingKindFromProto(request.kind(), "kind", problems);
        recording.word_table = request.word_table();
        if (!request.brain().recording().empty()) {
          problems.push_back({"brain.recording", "names a recording; give tensors"});
        } else {
          CheckBrainFields(request.brain(), "brain", problems);
        }
        recording.brain = BrainFromProto(request.brain(), "brain", problems);
        for (const v1::Sensor& sensor : request.sensors()) {
          recording.sensors.push_back(SensorFromProto(sensor));
        }
        if (!problems.empty()) return InvalidFieldsError(problems);
        auto created = recordings_->Create(std::move(recording));
        if (!created.ok()) return created.status();
        return Fill(*created, call.caller(), *response.mutable_recording());
      });
}

absl::StatusOr<v1::SealRecordingResponse> RecordingCalls::SealRecording(
    const Credentials& credentials, const v1::SealRecordingRequest& request) {
  return gate_->Answer<v1::SealRecordingResponse>(
      credentials, Method::kSealRecording,
      [&](const Call& call, v1::SealRecordingResponse& response) -> absl::Status {
        std::vector<FieldProblem> problems;
        RecordingSeal seal;
        seal.projects.assign(request.projects().begin(), request.projects().end());
        if (request.has_max_submissions()) seal.max_submissions = request.max_submissions();
        if (request.has_max_layers()) seal.max_layers = request.max_layers();
        seal.policy = PolicyFromProto(request.policy(), "policy", problems);
        if (!problems.empty()) return InvalidFieldsError(problems);
        auto sealed = recordings_->Seal(call.caller().project, request.name(), std::move(seal));
        if (!sealed.ok()) return sealed.status();
        return Fill(*sealed, call.caller(), *response.mutable_recording());
      });
}

absl::StatusOr<v1::GetRecordingResponse> RecordingCalls::GetRecording(
    const Credentials& credentials, const v1::GetRecordingRequest& request) {
  return gate_->Answer<v1::GetRecordingResponse>(
      credentials, Method::kGetRecording,
      [&](const Call& call, v1::GetRecordingResponse& response) -> absl::Status {
        auto recording = recordings_->Find(call.caller().project, request.name());
        if (!recording.ok()) return recording.status();
        if (call.caller().project == recording->project) {
          for (const Sensor& sensor : recording->sensors) {
            *response.mutable_recording()->add_sensors() = ToProto(sensor);
          }
        }
        return Fill(*recording, call.caller(), *response.mutable_recording());
      });
}

absl::StatusOr<v1::ListRecordingsResponse> RecordingCalls::ListRecordings(
    const Credentials& credentials, const v1::ListRecordingsRequest& request) {
  return gate_->Answer<v1::ListRecordingsResponse>(
      credentials, Method::kListRecordings,
      [&](const Call& call, v1::ListRecordingsResponse& response) -> absl::Status {
        const std::string& project = call.caller().project;
        const std::string query = NameOfQuery("recordings", {project, request.person()});
        const auto size = PageSizeOf(request.page_size());
        if (!size.ok()) return size.status();
        const auto position = ReadPageToken(request.page_token(), query);
        if (!position.ok()) return position.status();
        const ResourceName after = NameOfResource("", *position).value_or(ResourceName());
        auto recordings = recordings_->List(project, request.person(), after, *size);
        if (!recordings.ok()) return recordings.status();
        for (const Recording& recording : *recordings) {
          if (absl::Status status = Fill(recording, call.caller(), *response.add_recordings());
              !status.ok()) {
            return status;
          }
          const bool is_full =
              response.ByteSizeLong() > kFullPageBytes || response.recordings_size() == *size;
          if (!is_full) continue;
          response.set_next_page_token(MakePageToken(recording.FullName(), query));
          break;
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DeleteRecordingResponse> RecordingCalls::DeleteRecording(
    const Credentials& credentials, const v1::DeleteRecordingRequest& request) {
  return gate_->Answer<v1::DeleteRecordingResponse>(
      credentials, Method::kDeleteRecording,
      [&](const Call& call, v1::DeleteRecordingResponse& /*response*/) -> absl::Status {
        return DeleteResource(call, ResourceKind::kRecording, request.name(), *recordings_);
      });
}

absl::StatusOr<v1::UnsealRecordingResponse> RecordingCalls::UnsealRecording(
    const Credentials& credentials, const v1::UnsealRecordingRequest& request) {
  return gate_->Answer<v1::UnsealRecordingResponse>(
      credentials, Method::kUnsealRecording,
      [&](const Call& call, v1::UnsealRecordingResponse& /*response*/) -> absl::Status {
        const std::string& project = call.caller().project;
        absl::Status status = CheckOwnName(ResourceKind::kRecording, project, request.name());
        return status.ok() ? recordings_->Unseal(project, request.name()) : status;
      });
}

absl::StatusOr<v1::ListSubmissionsResponse> RecordingCalls::ListSubmissions(
    const Credentials& credentials, const v1::ListSubmissionsRequest& request) {
  return gate_->Answer<v1::ListSubmissionsResponse>(
      credentials, Method::kListSubmissions,
      [&](const Call& call, v1::ListSubmissionsResponse& response) -> absl::Status {
        const std::string query =
            NameOfQuery("submissions", {call.caller().project, request.name(), request.person()});
        const auto size = PageSizeOf(request.page_size());
        if (!size.ok()) return size.status();
        const auto position = ReadPageToken(request.page_token(), query);
        if (!position.ok()) return position.status();
        const std::int64_t before = position->empty() ? INT64_MAX : TrailingNumber(*position);
        auto submissions = recordings_->ListSubmissions(call.caller().project, request.name(),
                                                        request.person(), before, *size);
        if (!submissions.ok()) return submissions.status();
        for (const Submission& submission : *submissions) {
          v1::Submission& proto = *response.add_submissions();
          *proto.mutable_create_time() = ToProto(submission.create_time);
          proto.set_project(submission.project);
          proto.set_person(submission.person);
          proto.set_job_id(submission.job_id);
          proto.set_job_name(submission.job_name);
          for (const std::string& digest : submission.activations) proto.add_activations(digest);
          const bool is_full =
              response.ByteSizeLong() > kFullPageBytes || response.submissions_size() == *size;
          if (!is_full) continue;
          response.set_next_page_token(MakePageToken(EncodeNumber(submission.order), query));
          break;
        }
        return absl::OkStatus();
      });
}

}  // namespace brainalign
