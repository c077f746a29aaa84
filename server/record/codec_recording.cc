#include <vector>

#include "server/record/codec.h"
#include "server/record/convert.h"
#include "server/record/record.pb.h"

namespace brainalign {

std::string Encode(const SealedRecording& recording) {
  record::SealedRecordingRecord proto;
  proto.set_project(recording.project);
  proto.set_name(recording.name);
  proto.set_description(recording.description);
  *proto.mutable_brain() = ToProto(recording.brain);
  proto.set_words(recording.words);
  for (const std::string& project : recording.projects) proto.add_projects(project);
  proto.set_max_submissions(recording.max_submissions);
  proto.set_max_layers(recording.max_layers);
  proto.set_create_unix_nanos(absl::ToUnixNanos(recording.create_time));
  return proto.SerializeAsString();
}

std::optional<SealedRecording> DecodeRecording(const std::string& bytes) {
  record::SealedRecordingRecord proto;
  if (!proto.ParseFromString(bytes)) return std::nullopt;
  std::vector<FieldProblem> problems;
  SealedRecording recording;
  recording.project = proto.project();
  recording.name = proto.name();
  recording.description = proto.description();
  recording.brain = BrainFromProto(proto.brain(), "brain", problems);
  if (!problems.empty()) return std::nullopt;
  recording.words = proto.words();
  recording.projects.assign(proto.projects().begin(), proto.projects().end());
  recording.max_submissions = proto.max_submissions();
  recording.max_layers = proto.max_layers();
  recording.create_time = absl::FromUnixNanos(proto.create_unix_nanos());
  return recording;
}

std::string Encode(const Submission& submission) {
  record::SubmissionRecord proto;
  proto.set_create_unix_nanos(absl::ToUnixNanos(submission.create_time));
  proto.set_project(submission.project);
  proto.set_person(submission.person);
  proto.set_job_id(submission.job_id);
  proto.set_job_name(submission.job_name);
  for (const std::string& digest : submission.activations) proto.add_activations(digest);
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
  return submission;
}

}  // namespace brainalign
