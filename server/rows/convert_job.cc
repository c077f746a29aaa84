#include <google/protobuf/timestamp.pb.h>

#include <optional>

#include "absl/strings/str_cat.h"
#include "server/rows/convert.h"

namespace brainalign {
namespace {

static_assert(v1::JOB_STATE_CANCELLED == static_cast<int>(JobState::kCancelled));
static_assert(v1::JOB_PRIORITY_HIGH == static_cast<int>(JobPriority::kHigh));
static_assert(v1::JOB_REASON_PUT_BACK_BY_ADMINISTRATOR ==
              static_cast<int>(JobReason::kPutBackByAdministrator));

}  // namespace

std::string ProjectFromRecord(const std::string& project) {
  return project.empty() ? kDefaultProject : project;
}

JobPriority PriorityFromRecord(v1::JobPriority priority) {
  return priority == v1::JOB_PRIORITY_UNSPECIFIED ? JobPriority::kNormal
                                                  : static_cast<JobPriority>(priority);
}

JobPriority PriorityFromProto(v1::JobPriority proto, const std::string& field,
                              std::vector<FieldProblem>& problems) {
  if (!v1::JobPriority_IsValid(proto)) {
    problems.push_back(
        {field, absl::StrCat("is ", static_cast<int>(proto), "; priorities are 1 to 3")});
    return JobPriority::kNormal;
  }
  return PriorityFromRecord(proto);
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp proto;
  const absl::Duration since_epoch = time - absl::UnixEpoch();
  absl::Duration rest;
  proto.set_seconds(absl::IDivDuration(since_epoch, absl::Seconds(1), &rest));
  proto.set_nanos(static_cast<int>(absl::ToInt64Nanoseconds(rest)));
  return proto;
}

absl::Time TimeFromProto(const google::protobuf::Timestamp& proto) {
  return absl::UnixEpoch() + absl::Seconds(proto.seconds()) + absl::Nanoseconds(proto.nanos());
}

v1::RecordingPreparation ToProto(const RecordingPreparation& preparation) {
  v1::RecordingPreparation proto;
  proto.mutable_band_pass_hz()->Assign(preparation.band_pass_hz.begin(),
                                       preparation.band_pass_hz.end());
  if (preparation.resample_hz) proto.set_resample_hz(*preparation.resample_hz);
  proto.set_original_sfreq_hz(preparation.original_sfreq_hz);
  if (preparation.filter_samples) proto.set_filter_samples(*preparation.filter_samples);
  proto.set_largest_shift_seconds(preparation.largest_shift_seconds);
  proto.set_edge_words(preparation.edge_words);
  proto.mutable_notes()->Assign(preparation.notes.begin(), preparation.notes.end());
  return proto;
}

RecordingPreparation PreparationFromProto(const v1::RecordingPreparation& proto) {
  return {.band_pass_hz = {proto.band_pass_hz().begin(), proto.band_pass_hz().end()},
          .resample_hz =
              proto.has_resample_hz() ? std::optional<double>(proto.resample_hz()) : std::nullopt,
          .original_sfreq_hz = proto.original_sfreq_hz(),
          .filter_samples = proto.has_filter_samples()
                                ? std::optional<std::int64_t>(proto.filter_samples())
                                : std::nullopt,
          .largest_shift_seconds = proto.largest_shift_seconds(),
          .edge_words = proto.edge_words(),
          .notes = {proto.notes().begin(), proto.notes().end()}};
}

v1::Job ToProto(const Job& job) {
  v1::Job proto;
  proto.set_job_id(job.job_id);
  proto.set_project(job.project);
  proto.set_person(job.person);
  proto.set_priority(static_cast<v1::JobPriority>(job.priority));
  proto.set_recording(job.recording);
  proto.set_model(job.model);
  proto.set_display_name(job.name);
  proto.set_layer_order(job.layer_order);
  if (job.preparation) *proto.mutable_preparation() = ToProto(*job.preparation);
  proto.set_state(static_cast<v1::JobState>(job.state));
  proto.set_reason(static_cast<v1::JobReason>(job.reason));
  proto.set_message(job.message);
  proto.set_attempt(job.attempt);
  proto.set_tiles_done(job.tiles_done);
  proto.set_tiles_total(job.tiles_total);
  proto.set_sequence(job.sequence);
  *proto.mutable_create_time() = ToProto(job.create_time);
  if (job.start_time != absl::InfinitePast()) {
    *proto.mutable_start_time() = ToProto(job.start_time);
  }
  if (job.end_time != absl::InfinitePast()) *proto.mutable_end_time() = ToProto(job.end_time);
  proto.set_cache_key(job.cache_key);
  proto.set_memory_bytes(job.memory_bytes);
  if (job.estimated_seconds > 0) proto.set_estimated_seconds(job.estimated_seconds);
  FillForecast(job, proto);
  proto.set_layers(job.layers);
  proto.set_times(job.times);
  proto.set_folds(job.folds);
  proto.set_nulls(job.nulls);
  proto.set_blocks(job.blocks);
  return proto;
}

Job JobFromProto(const v1::Job& proto) {
  Job job;
  job.job_id = proto.job_id();
  job.project = ProjectFromRecord(proto.project());
  job.person = proto.person();
  job.priority = PriorityFromRecord(proto.priority());
  job.recording = proto.recording();
  job.model = proto.model();
  job.name = proto.display_name();
  job.layer_order = proto.layer_order();
  if (proto.has_preparation()) job.preparation = PreparationFromProto(proto.preparation());
  job.state = static_cast<JobState>(proto.state());
  job.reason = static_cast<JobReason>(proto.reason());
  job.message = proto.message();
  job.attempt = proto.attempt();
  job.tiles_done = proto.tiles_done();
  job.tiles_total = proto.tiles_total();
  job.sequence = proto.sequence();
  job.create_time = TimeFromProto(proto.create_time());
  if (proto.has_start_time()) job.start_time = TimeFromProto(proto.start_time());
  if (proto.has_end_time()) job.end_time = TimeFromProto(proto.end_time());
  job.cache_key = proto.cache_key();
  job.memory_bytes = proto.memory_bytes();
  job.estimated_seconds = proto.estimated_seconds();
  job.layers = proto.layers();
  job.times = proto.times();
  job.folds = proto.folds();
  job.nulls = proto.nulls();
  job.blocks = proto.blocks();
  return job;
}

}  // namespace brainalign
