#include "client/recordings/recording_calls.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/pages.h"
#include "client/tensors/digest.h"
#include "client/wire/brain_from_proto.h"
#include "client/wire/enum_names.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/spec_to_proto.h"

namespace brainalign {
namespace {

constexpr int kRecordingsOfPage = 100;

constexpr char kMetric[] = "METRIC_";
constexpr char kDirection[] = "DIRECTION_";
constexpr char kKind[] = "RECORDING_KIND_";
constexpr char kForm[] = "RECORDING_FORM_";

SealPolicy FromProto(const v1::SealPolicy& proto) {
  SealPolicy policy;
  for (const int metric : proto.metrics()) {
    policy.metrics.push_back(
        NameOfEnum(v1::Metric_Name(static_cast<v1::Metric>(metric)), kMetric, metric));
  }
  for (const int direction : proto.directions()) {
    policy.directions.push_back(NameOfEnum(
        v1::Direction_Name(static_cast<v1::Direction>(direction)), kDirection, direction));
  }
  policy.min_test_words = proto.min_test_words();
  policy.release_fold_scores = proto.release_fold_scores();
  policy.release_alpha_counts = proto.release_alpha_counts();
  policy.release_cache_key = proto.release_cache_key();
  policy.score_step = proto.score_step();
  policy.max_released_numbers = proto.max_released_numbers();
  return policy;
}

absl::StatusOr<v1::SealPolicy> ToProto(const SealPolicy& policy) {
  v1::SealPolicy proto;
  for (const std::string& name : policy.metrics) {
    v1::Metric metric = v1::METRIC_UNSPECIFIED;
    if (!v1::Metric_Parse(ValueNameOf(name, kMetric), &metric)) {
      return absl::InvalidArgumentError(
          absl::StrCat("policy.metrics: '", name, "' is no metric, such as pearson"));
    }
    proto.add_metrics(metric);
  }
  for (const std::string& name : policy.directions) {
    v1::Direction direction = v1::DIRECTION_UNSPECIFIED;
    if (!v1::Direction_Parse(ValueNameOf(name, kDirection), &direction)) {
      return absl::InvalidArgumentError(
          absl::StrCat("policy.directions: '", name, "' is no direction, such as brain_to_model"));
    }
    proto.add_directions(direction);
  }
  if (policy.min_test_words) proto.set_min_test_words(*policy.min_test_words);
  proto.set_release_fold_scores(policy.release_fold_scores);
  proto.set_release_alpha_counts(policy.release_alpha_counts);
  proto.set_release_cache_key(policy.release_cache_key);
  if (policy.score_step) proto.set_score_step(*policy.score_step);
  if (policy.max_released_numbers) proto.set_max_released_numbers(*policy.max_released_numbers);
  return proto;
}

RecordingSeal FromProto(const v1::RecordingSeal& proto) {
  RecordingSeal seal;
  seal.max_layers = proto.max_layers();
  seal.max_submissions = proto.max_submissions();
  seal.submissions_left = proto.submissions_left();
  seal.projects.assign(proto.projects().begin(), proto.projects().end());
  seal.policy = FromProto(proto.policy());
  if (proto.has_released_numbers_left()) {
    seal.released_numbers_left = proto.released_numbers_left();
  }
  return seal;
}

Sensor FromProto(const v1::Sensor& proto) {
  Sensor sensor{proto.name(), proto.kind(), proto.unit(), std::nullopt};
  if (proto.has_position()) {
    sensor.position_metres = {proto.position().x_metres(), proto.position().y_metres(),
                              proto.position().z_metres()};
  }
  return sensor;
}

v1::Sensor ToProto(const Sensor& sensor) {
  v1::Sensor proto;
  proto.set_name(sensor.name);
  proto.set_kind(sensor.kind);
  proto.set_unit(sensor.unit);
  if (sensor.position_metres) {
    proto.mutable_position()->set_x_metres((*sensor.position_metres)[0]);
    proto.mutable_position()->set_y_metres((*sensor.position_metres)[1]);
    proto.mutable_position()->set_z_metres((*sensor.position_metres)[2]);
  }
  return proto;
}

Recording FromProto(const v1::Recording& proto) {
  Recording recording;
  recording.name = proto.name();
  recording.display_name = proto.display_name();
  recording.description = proto.description();
  if (proto.kind() != v1::RECORDING_KIND_UNSPECIFIED) {
    recording.kind = NameOfEnum(v1::RecordingKind_Name(proto.kind()), kKind, proto.kind());
  }
  recording.words = proto.words();
  recording.times_seconds.assign(proto.times_seconds().begin(), proto.times_seconds().end());
  if (proto.form() != v1::RECORDING_FORM_UNSPECIFIED) {
    recording.form = NameOfEnum(v1::RecordingForm_Name(proto.form()), kForm, proto.form());
  }
  recording.word_table = proto.word_table();
  recording.word_table_digest = proto.brain().word_table_digest();
  recording.person = proto.person();
  for (const v1::Sensor& sensor : proto.sensors()) {
    recording.sensors.push_back(FromProto(sensor));
  }
  recording.create_time_unix_seconds = UnixSeconds(proto.create_time());
  if (proto.has_seal()) recording.seal = FromProto(proto.seal());
  if (proto.has_brain()) recording.brain = BrainFromProto(proto.brain());
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

absl::StatusOr<Recording> CreateRecording(Connection& connection, const RecordingRequest& request) {
  v1::CreateRecordingRequest proto;
  proto.set_name(request.name);
  proto.set_display_name(request.display_name);
  proto.set_description(request.description);
  v1::RecordingKind kind = v1::RECORDING_KIND_UNSPECIFIED;
  if (!request.kind.empty() && !v1::RecordingKind_Parse(ValueNameOf(request.kind, kKind), &kind)) {
    return absl::InvalidArgumentError(
        absl::StrCat("kind: '", request.kind, "' is none; use meg, eeg, ecog or fmri"));
  }
  proto.set_kind(kind);
  proto.set_word_table(request.word_table);
  for (const Sensor& sensor : request.sensors) *proto.add_sensors() = ToProto(sensor);
  *proto.mutable_brain() = ToProto(request.brain);
  // The same recording is the same request.
  proto.set_request_id(Sha256OfBytes(proto.SerializeAsString()));
  absl::StatusOr<v1::CreateRecordingResponse> response = Call<v1::CreateRecordingResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().recordings->CreateRecording(context, proto, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->recording());
}

absl::Status DeleteRecording(Connection& connection, const std::string& recording) {
  v1::DeleteRecordingRequest request;
  request.set_name(recording);
  return Call<v1::DeleteRecordingResponse>(connection.options(),
                                           [&](grpc::ClientContext* context, auto* answer) {
                                             return connection.stubs().recordings->DeleteRecording(
                                                 context, request, answer);
                                           })
      .status();
}

absl::StatusOr<Recording> SealRecording(Connection& connection, const SealRequest& request) {
  v1::SealRecordingRequest proto;
  proto.set_name(request.name);
  for (const std::string& project : request.projects) proto.add_projects(project);
  if (request.max_submissions) proto.set_max_submissions(*request.max_submissions);
  if (request.max_layers) proto.set_max_layers(*request.max_layers);
  absl::StatusOr<v1::SealPolicy> policy = ToProto(request.policy);
  if (!policy.ok()) return policy.status();
  *proto.mutable_policy() = *std::move(policy);
  absl::StatusOr<v1::SealRecordingResponse> response = Call<v1::SealRecordingResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().recordings->SealRecording(context, proto, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->recording());
}

absl::StatusOr<Recording> GetRecording(Connection& connection, const std::string& recording) {
  v1::GetRecordingRequest request;
  request.set_name(recording);
  absl::StatusOr<v1::GetRecordingResponse> response = Call<v1::GetRecordingResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().recordings->GetRecording(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return FromProto(response->recording());
}

absl::StatusOr<std::vector<Recording>> ListRecordings(Connection& connection,
                                                      const std::string& person) {
  std::vector<Recording> recordings;
  v1::ListRecordingsRequest request;
  request.set_person(person);
  absl::Status listed = VisitPages<v1::ListRecordingsResponse>(
      connection, request,
      [&](grpc::ClientContext* context, const auto& asked, auto* answer) {
        return connection.stubs().recordings->ListRecordings(context, asked, answer);
      },
      [&](const v1::ListRecordingsResponse& page) {
        for (const v1::Recording& proto : page.recordings()) recordings.push_back(FromProto(proto));
        return true;
      });
  if (!listed.ok()) return listed;
  return recordings;
}

absl::Status UnsealRecording(Connection& connection, const std::string& recording) {
  v1::UnsealRecordingRequest request;
  request.set_name(recording);
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
  const auto is_enough = [&] {
    return limit != 0 && submissions.size() >= static_cast<std::size_t>(limit);
  };
  v1::ListSubmissionsRequest request;
  request.set_name(recording);
  request.set_page_size(limit == 0 ? kRecordingsOfPage : std::min(limit, kRecordingsOfPage));
  absl::Status listed = VisitPages<v1::ListSubmissionsResponse>(
      connection, request,
      [&](grpc::ClientContext* context, const auto& asked, auto* answer) {
        return connection.stubs().recordings->ListSubmissions(context, asked, answer);
      },
      [&](const v1::ListSubmissionsResponse& page) {
        for (const v1::Submission& proto : page.submissions()) {
          if (!is_enough()) submissions.push_back(FromProto(proto));
        }
        return !is_enough();
      });
  if (!listed.ok()) return listed;
  return submissions;
}

}  // namespace brainalign
