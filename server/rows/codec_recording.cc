#include <utility>
#include <vector>

#include "server/rows/codec.h"
#include "server/rows/convert.h"
#include "server/rows/record.pb.h"
#include "server/rows/resource_fields.h"

namespace brainalign {

std::string Encode(const Recording& recording) {
  record::RecordingRecord proto;
  FillResource(recording, proto);
  proto.set_word_table(recording.word_table);
  proto.set_kind(ToProto(recording.kind));
  *proto.mutable_brain() = ToProto(recording.brain);
  for (const Sensor& sensor : recording.sensors) *proto.add_sensors() = ToProto(sensor);
  if (recording.seal) {
    record::SealRecord& seal = *proto.mutable_seal();
    for (const std::string& project : recording.seal->projects) seal.add_projects(project);
    seal.set_max_submissions(recording.seal->max_submissions);
    seal.set_max_layers(recording.seal->max_layers);
    seal.set_create_unix_nanos(absl::ToUnixNanos(recording.seal->create_time));
    *seal.mutable_policy() = ToProto(recording.seal->policy);
  }
  return proto.SerializeAsString();
}

std::optional<Recording> DecodeRecording(const std::string& bytes) {
  record::RecordingRecord proto;
  if (!proto.ParseFromString(bytes)) return std::nullopt;
  std::vector<FieldProblem> problems;
  Recording recording;
  ReadResource(proto, recording);
  recording.word_table = proto.word_table();
  recording.kind = RecordingKindFromProto(proto.kind(), "kind", problems);
  recording.brain = BrainFromProto(proto.brain(), "brain", problems);
  for (const v1::Sensor& sensor : proto.sensors()) {
    recording.sensors.push_back(SensorFromProto(sensor));
  }
  if (proto.has_seal()) {
    RecordingSeal seal;
    seal.projects = ToVector<std::string>(proto.seal().projects());
    seal.max_submissions = proto.seal().max_submissions();
    seal.max_layers = proto.seal().max_layers();
    seal.create_time = absl::FromUnixNanos(proto.seal().create_unix_nanos());
    seal.policy = PolicyFromProto(proto.seal().policy(), "policy", problems);
    recording.seal = std::move(seal);
  }
  if (!problems.empty()) return std::nullopt;
  return recording;
}

std::string Encode(const SealPolicy& policy) { return ToProto(policy).SerializeAsString(); }

std::string Encode(const Submission& submission) {
  record::SubmissionRecord proto;
  proto.set_create_unix_nanos(absl::ToUnixNanos(submission.create_time));
  proto.set_project(submission.project);
  proto.set_person(submission.person);
  proto.set_job_id(submission.job_id);
  proto.set_job_name(submission.job_name);
  for (const std::string& digest : submission.activations) proto.add_activations(digest);
  proto.set_released_numbers(submission.released_numbers);
  proto.set_release_key(submission.release_key);
  return proto.SerializeAsString();
}

std::optional<Submission> DecodeSubmission(const std::string& bytes) {
  record::SubmissionRecord proto;
  if (!proto.ParseFromString(bytes)) return std::nullopt;
  Submission submission;
  submission.create_time = absl::FromUnixNanos(proto.create_unix_nanos());
  submission.project = proto.project();
  submission.person = proto.person();
  submission.job_id = proto.job_id();
  submission.job_name = proto.job_name();
  submission.activations.assign(proto.activations().begin(), proto.activations().end());
  submission.released_numbers = proto.released_numbers();
  submission.release_key = proto.release_key();
  return submission;
}

}  // namespace brainalign
