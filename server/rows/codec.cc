#include "server/rows/codec.h"

#include <cmath>
#include <vector>

#include "absl/strings/match.h"
#include "server/rows/convert.h"
#include "server/rows/record.pb.h"

namespace brainalign {
namespace {

template <typename Record>
std::optional<Record> Parse(const std::string& bytes) {
  Record proto;
  if (!proto.ParseFromString(bytes)) return std::nullopt;
  return proto;
}

// The code acts on these; the reason is only for display.
bool IsKnown(const v1::Job& proto) {
  return v1::JobState_IsValid(proto.state()) && v1::JobPriority_IsValid(proto.priority());
}

}  // namespace

std::string Encode(const Upload& upload) {
  record::UploadRecord proto;
  proto.set_upload_id(upload.upload_id);
  *proto.mutable_tensor() = ToProto(upload.tensor);
  proto.set_size_bytes(upload.size_bytes);
  proto.set_committed_bytes(upload.committed_bytes);
  proto.set_complete(upload.complete);
  proto.set_last_write_unix_nanos(absl::ToUnixNanos(upload.last_write_time));
  proto.set_project(upload.project);
  proto.set_person(upload.person);
  return proto.SerializeAsString();
}

std::optional<Upload> DecodeUpload(const std::string& bytes) {
  const auto proto = Parse<record::UploadRecord>(bytes);
  if (!proto) return std::nullopt;
  Upload upload;
  std::vector<FieldProblem> problems;
  upload.upload_id = proto->upload_id();
  upload.tensor = TensorRefFromProto(proto->tensor(), "tensor", problems);
  if (!problems.empty()) return std::nullopt;
  upload.size_bytes = proto->size_bytes();
  upload.committed_bytes = proto->committed_bytes();
  upload.complete = proto->complete();
  upload.last_write_time = absl::FromUnixNanos(proto->last_write_unix_nanos());
  upload.project = ProjectFromRecord(proto->project());
  upload.person = proto->person();
  return upload;
}

std::string Encode(const Blob& blob) {
  record::BlobRecord proto;
  proto.set_size_bytes(blob.size_bytes);
  proto.set_create_unix_nanos(absl::ToUnixNanos(blob.create_time));
  proto.set_last_use_unix_nanos(absl::ToUnixNanos(blob.last_use_time));
  if (blob.is_marked()) proto.set_mark_unix_nanos(absl::ToUnixNanos(blob.mark_time));
  for (const auto& [dtype, facts] : blob.facts) {
    record::FactsRecord& one = *proto.add_facts();
    one.set_data_type(static_cast<v1::DataType>(dtype));
    one.set_all_finite(facts.all_finite);
    one.set_smallest(facts.smallest);
    one.set_largest(facts.largest);
  }
  return proto.SerializeAsString();
}

std::optional<Blob> DecodeBlob(const std::string& bytes) {
  const auto proto = Parse<record::BlobRecord>(bytes);
  if (!proto) return std::nullopt;
  Blob blob;
  blob.size_bytes = proto->size_bytes();
  blob.create_time = absl::FromUnixNanos(proto->create_unix_nanos());
  blob.last_use_time = absl::FromUnixNanos(proto->last_use_unix_nanos());
  if (proto->mark_unix_nanos() != 0) blob.mark_time = absl::FromUnixNanos(proto->mark_unix_nanos());
  for (const record::FactsRecord& one : proto->facts()) {
    blob.facts[static_cast<DType>(one.data_type())] = {one.all_finite(), one.smallest(),
                                                       one.largest()};
  }
  return blob;
}

std::string Encode(const Holding& holding) {
  record::HoldingRecord proto;
  proto.set_size_bytes(holding.size_bytes);
  proto.set_last_use_unix_nanos(absl::ToUnixNanos(holding.last_use_time));
  return proto.SerializeAsString();
}

std::optional<Holding> DecodeHolding(const std::string& bytes) {
  const auto proto = Parse<record::HoldingRecord>(bytes);
  if (!proto) return std::nullopt;
  Holding holding;
  holding.size_bytes = proto->size_bytes();
  holding.last_use_time = absl::FromUnixNanos(proto->last_use_unix_nanos());
  return holding;
}

std::string Encode(const ScrubState& scrub) {
  record::ScrubRecord proto;
  proto.set_in_rows(scrub.in_rows);
  proto.set_after(scrub.after);
  proto.set_damaged(scrub.damaged);
  proto.set_pass_begin_unix_nanos(absl::ToUnixNanos(scrub.pass_begin_time));
  proto.set_last_end_unix_nanos(absl::ToUnixNanos(scrub.last_end_time));
  proto.set_idle(scrub.idle);
  return proto.SerializeAsString();
}

std::optional<ScrubState> DecodeScrub(const std::string& bytes) {
  const auto proto = Parse<record::ScrubRecord>(bytes);
  if (!proto) return std::nullopt;
  ScrubState scrub;
  scrub.in_rows = proto->in_rows();
  scrub.after = proto->after();
  scrub.damaged = proto->damaged();
  scrub.pass_begin_time = absl::FromUnixNanos(proto->pass_begin_unix_nanos());
  scrub.last_end_time = absl::FromUnixNanos(proto->last_end_unix_nanos());
  scrub.idle = proto->idle();
  return scrub;
}

std::string Encode(const Shares& shares) {
  record::SharesRecord proto;
  for (const Share& share : shares) {
    record::ShareRecord& one = *proto.add_shares();
    for (const std::string& name : share.path) one.add_path(name);
    one.set_had_seconds(share.had_seconds);
    one.set_frontier_seconds(share.frontier_seconds);
    one.set_competes(share.competes);
  }
  return proto.SerializeAsString();
}

std::optional<Shares> DecodeShares(const std::string& bytes) {
  const auto proto = Parse<record::SharesRecord>(bytes);
  if (!proto) return std::nullopt;
  Shares shares;
  for (const record::ShareRecord& one : proto->shares()) {
    if (!std::isfinite(one.had_seconds()) || !std::isfinite(one.frontier_seconds())) {
      return std::nullopt;
    }
    shares.push_back({{one.path().begin(), one.path().end()},
                      one.had_seconds(),
                      one.frontier_seconds(),
                      one.competes()});
  }
  return shares;
}

std::string Encode(const Job& job) {
  record::JobRecord proto;
  *proto.mutable_job() = ToProto(job);
  proto.set_order(job.order);
  proto.set_request_id(job.request_id);
  proto.set_body_digest(job.body_digest);
  proto.set_execution_id(job.execution_id);
  if (job.release) *proto.mutable_release() = ToProto(*job.release);
  proto.set_has_sent_scores(job.has_sent_scores);
  proto.set_draws(job.draws);
  proto.set_seed(job.seed);
  return proto.SerializeAsString();
}

std::optional<Job> DecodeJob(const std::string& bytes) {
  const auto proto = Parse<record::JobRecord>(bytes);
  if (!proto || !IsKnown(proto->job())) return std::nullopt;
  Job job = JobFromProto(proto->job());
  job.order = proto->order();
  job.request_id = proto->request_id();
  job.body_digest = proto->body_digest();
  job.execution_id = proto->execution_id();
  job.has_sent_scores = proto->has_sent_scores();
  job.draws = proto->draws();
  job.seed = proto->seed();
  // A record from before there were policies gets the default policy.
  const bool is_anothers =
      !job.recording.empty() && !absl::StartsWith(job.recording, job.project + "/");
  if (is_anothers) {
    std::vector<FieldProblem> problems;
    job.release = PolicyFromProto(proto->release(), "release", problems);
    if (!problems.empty()) return std::nullopt;
  }
  return job;
}

std::string Encode(const Execution& execution) {
  record::ExecutionRecord proto;
  proto.set_execution_id(execution.execution_id);
  proto.set_cache_key(execution.cache_key);
  proto.set_matrix_key(execution.matrix_key);
  proto.set_numerics_version(execution.numerics_version);
  proto.set_state(static_cast<v1::JobState>(execution.state));
  proto.set_attempt(execution.attempt);
  proto.set_crashes(execution.crashes);
  proto.set_memory_bytes(execution.memory_bytes);
  proto.set_tiles_total(execution.tiles_total);
  proto.set_layers(execution.layers);
  proto.set_times(execution.times);
  proto.set_folds(execution.folds);
  proto.set_nulls(execution.nulls);
  proto.set_blocks(execution.blocks);
  proto.set_block_words(execution.block_words);
  proto.set_min_shift_words(execution.min_shift_words);
  proto.set_compute_seconds(execution.compute_seconds);
  for (const std::string& digest : execution.inputs) proto.add_inputs(digest);
  proto.set_estimated_seconds(execution.estimated_seconds);
  proto.set_cpu_seconds(execution.cpu_seconds);
  proto.set_why_double(execution.why_double);
  proto.set_executor_handle(execution.executor_handle);
  proto.set_project(execution.project);
  proto.set_person(execution.person);
  proto.set_priority(static_cast<v1::JobPriority>(execution.priority));
  return proto.SerializeAsString();
}

std::optional<Execution> DecodeExecution(const std::string& bytes) {
  const auto proto = Parse<record::ExecutionRecord>(bytes);
  if (!proto || !v1::JobState_IsValid(proto->state()) ||
      !v1::JobPriority_IsValid(proto->priority())) {
    return std::nullopt;
  }
  Execution execution;
  execution.execution_id = proto->execution_id();
  execution.cache_key = proto->cache_key();
  execution.matrix_key = proto->matrix_key();
  execution.numerics_version = proto->numerics_version();
  execution.state = static_cast<JobState>(proto->state());
  execution.attempt = proto->attempt();
  execution.crashes = proto->crashes();
  execution.memory_bytes = proto->memory_bytes();
  execution.tiles_total = proto->tiles_total();
  execution.layers = proto->layers();
  execution.times = proto->times();
  execution.folds = proto->folds();
  execution.nulls = proto->nulls();
  execution.blocks = proto->blocks();
  execution.block_words = proto->block_words();
  execution.min_shift_words = proto->min_shift_words();
  execution.compute_seconds = proto->compute_seconds();
  execution.inputs.assign(proto->inputs().begin(), proto->inputs().end());
  execution.estimated_seconds = proto->estimated_seconds();
  execution.cpu_seconds = proto->cpu_seconds();
  execution.why_double = proto->why_double();
  execution.executor_handle = proto->executor_handle();
  execution.project = ProjectFromRecord(proto->project());
  execution.person = proto->person();
  execution.priority = PriorityFromRecord(proto->priority());
  return execution;
}

std::string Encode(const Charge& charge) {
  record::ChargeRecord proto;
  proto.set_cpu_seconds(charge.cpu_seconds);
  return proto.SerializeAsString();
}

std::optional<Charge> DecodeCharge(const std::string& bytes) {
  const auto proto = Parse<record::ChargeRecord>(bytes);
  if (!proto) return std::nullopt;
  Charge charge;
  charge.cpu_seconds = proto->cpu_seconds();
  return charge;
}

std::string Encode(const Event& event) {
  record::EventRecord proto;
  if (const Job* job = std::get_if<Job>(&event.content)) {
    *proto.mutable_job() = ToProto(*job);
  } else {
    proto.set_tile(std::get<int>(event.content));
  }
  return proto.SerializeAsString();
}

std::optional<Event> DecodeEvent(const std::string& bytes) {
  const auto proto = Parse<record::EventRecord>(bytes);
  if (!proto) return std::nullopt;
  Event event;
  switch (proto->content_case()) {
    case record::EventRecord::kJob:
      if (!IsKnown(proto->job())) return std::nullopt;
      event.content = JobFromProto(proto->job());
      return event;
    case record::EventRecord::kTile:
      event.content = proto->tile();
      return event;
    case record::EventRecord::CONTENT_NOT_SET:
      return std::nullopt;
  }
  return std::nullopt;
}

std::string Encode(const JobSpecification& specification) {
  record::ConditionRecord condition;
  for (const WordColumn& column : specification.condition_columns) {
    *condition.add_condition_columns() = ToProto(column);
  }
  return ToProto(specification).SerializeAsString() + condition.SerializeAsString();
}

std::optional<JobSpecification> DecodeSpecification(const std::string& bytes) {
  const auto proto = Parse<v1::AlignmentSpec>(bytes);
  if (!proto) return std::nullopt;
  std::vector<FieldProblem> problems;
  JobSpecification specification = SpecificationFromProto(*proto, "spec", problems);
  const auto condition = Parse<record::ConditionRecord>(bytes);
  if (!condition) return std::nullopt;
  for (const v1::WordColumn& column : condition->condition_columns()) {
    specification.condition_columns.push_back(
        WordColumnFromProto(column, "spec.options.where", problems));
  }
  if (!problems.empty()) return std::nullopt;
  return specification;
}

std::string Encode(const TileScores& tile) { return ToProto(tile).SerializeAsString(); }

std::optional<TileScores> DecodeTile(const std::string& bytes) {
  const auto proto = Parse<v1::ResultTile>(bytes);
  if (!proto) return std::nullopt;
  absl::StatusOr<TileScores> tile = TileFromProto(*proto);
  if (!tile.ok()) return std::nullopt;
  return *std::move(tile);
}

std::string Encode(const JobLayers& layers) {
  record::JobLayersRecord proto;
  proto.mutable_names()->Assign(layers.names.begin(), layers.names.end());
  proto.mutable_relative_depth()->Assign(layers.relative_depth.begin(),
                                         layers.relative_depth.end());
  return proto.SerializeAsString();
}

std::optional<JobLayers> DecodeJobLayers(const std::string& bytes) {
  const auto proto = Parse<record::JobLayersRecord>(bytes);
  if (!proto) return std::nullopt;
  return JobLayers{ToVector<std::string>(proto->names()),
                   ToVector<double>(proto->relative_depth())};
}

}  // namespace brainalign
