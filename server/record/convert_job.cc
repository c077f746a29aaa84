#include <google/protobuf/timestamp.pb.h>

#include "absl/strings/str_cat.h"
#include "server/record/convert.h"

namespace brainalign {
namespace {

static_assert(v1::JOB_STATE_CANCELLED == static_cast<int>(JobState::kCancelled));
static_assert(v1::JOB_PRIORITY_HIGH == static_cast<int>(JobPriority::kHigh));
static_assert(v1::JOB_REASON_INPUT_UNREADABLE == static_cast<int>(JobReason::kInputUnreadable));

template <typename T, typename Repeated>
void Assign(const std::vector<T>& values, Repeated* repeated) {
  repeated->Assign(values.begin(), values.end());
}

template <typename T, typename Repeated>
std::vector<T> ToVector(const Repeated& repeated) {
  return std::vector<T>(repeated.begin(), repeated.end());
}

}  // namespace

v1::MatrixTile ToProto(const TileScores& tile) {
  v1::MatrixTile proto;
  proto.set_tile(tile.index);
  proto.set_layer_begin(tile.tile.layer_begin);
  proto.set_layer_count(tile.tile.layer_count);
  proto.set_time_begin(tile.tile.time_begin);
  proto.set_time_count(tile.tile.time_count);
  Assign(tile.score, proto.mutable_score());
  Assign(tile.score_per_fold, proto.mutable_score_per_fold());
  Assign(tile.alpha_counts, proto.mutable_alpha_counts());
  proto.set_constant_targets(tile.constant_targets);
  return proto;
}

TileScores TileFromProto(const v1::MatrixTile& proto) {
  TileScores tile;
  tile.index = proto.tile();
  tile.tile = {proto.layer_begin(), proto.layer_count(), proto.time_begin(), proto.time_count()};
  tile.score = ToVector<double>(proto.score());
  tile.score_per_fold = ToVector<double>(proto.score_per_fold());
  tile.alpha_counts = ToVector<std::int64_t>(proto.alpha_counts());
  tile.constant_targets = proto.constant_targets();
  return tile;
}

v1::AlignmentResult ToProto(const AlignmentResult& result, double compute_seconds) {
  v1::AlignmentResult proto;
  Assign(result.score, proto.mutable_score());
  Assign(result.score_per_fold, proto.mutable_score_per_fold());
  Assign(result.times_seconds, proto.mutable_times_seconds());
  Assign(result.depth, proto.mutable_depth());
  Assign(result.layer_names, proto.mutable_layer_names());
  const MatrixReadout& readout = result.readout;
  Assign(readout.t_max, proto.mutable_t_max());
  Assign(readout.t_argmax, proto.mutable_t_argmax());
  Assign(readout.t_max_contiguous, proto.mutable_t_max_contiguous());
  proto.set_temporal_score(readout.temporal_score);
  proto.set_temporal_score_p(readout.temporal_score_p);
  proto.set_alignment_score_mean_of_layer_maxima(readout.alignment_score_mean_of_layer_maxima);
  proto.set_alignment_score_best_layer(readout.alignment_score_best_layer);
  for (const WindowMean& window : readout.windows) {
    v1::WindowMean& window_proto = *proto.add_windows();
    window_proto.set_begin_seconds(window.begin_seconds);
    window_proto.set_end_seconds(window.end_seconds);
    Assign(window.mean, window_proto.mutable_mean());
  }
  Assign(readout.window_of_maximum, proto.mutable_window_of_maximum());
  *proto.mutable_options() = ToProto(result.spec);
  Assign(result.alpha_counts, proto.mutable_alpha_counts());
  const InputReport& input = result.input;
  proto.set_words_given(input.words_given);
  proto.set_words_used(input.words_used);
  Assign(input.fold_sizes, proto.mutable_fold_sizes());
  Assign(input.training_sizes, proto.mutable_training_sizes());
  Assign(input.purged_words, proto.mutable_purged_words());
  proto.set_dropped_words(input.dropped_words);
  proto.set_backward_onset_steps(input.backward_onset_steps);
  Assign(input.constant_sensors, proto.mutable_constant_sensors());
  proto.set_constant_targets(result.constant_targets);
  Assign(input.notes, proto.mutable_notes());
  proto.set_numerics_version(result.numerics_version);
  proto.set_compute_seconds(compute_seconds);
  proto.set_precision_used(result.spec.precision_used() == Precision::kFast ? v1::PRECISION_FAST
                                                                            : v1::PRECISION_EXACT);
  proto.set_bf16_kernel(result.spec.bf16_kernel);
  return proto;
}

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

v1::Job ToProto(const Job& job) {
  v1::Job proto;
  proto.set_job_id(job.job_id);
  proto.set_project(job.project);
  proto.set_person(job.person);
  proto.set_priority(static_cast<v1::JobPriority>(job.priority));
  proto.set_recording(job.recording);
  proto.set_name(job.name);
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
  proto.set_estimated_seconds(job.estimated_seconds);
  proto.set_queue_place(job.queue_place);
  proto.set_expected_start_seconds(job.expected_start_seconds);
  proto.set_expected_end_seconds(job.expected_end_seconds);
  proto.set_layers(job.layers);
  proto.set_times(job.times);
  proto.set_folds(job.folds);
  return proto;
}

Job JobFromProto(const v1::Job& proto) {
  Job job;
  job.job_id = proto.job_id();
  job.project = ProjectFromRecord(proto.project());
  job.person = proto.person();
  job.priority = PriorityFromRecord(proto.priority());
  job.recording = proto.recording();
  job.name = proto.name();
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
  return job;
}

}  // namespace brainalign
