#include "client/report/listing_json.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "client/report/json_values.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

template <typename Item, typename Convert>
std::string WrittenArray(const std::vector<Item>& items, const Convert& convert) {
  Json array = Json::array();
  for (const Item& item : items) array.push_back(convert(item));
  return Written(array);
}

// 0 is no moment.
Json Moment(double unix_seconds) {
  if (unix_seconds == 0) return nullptr;
  const auto microseconds = static_cast<std::int64_t>(unix_seconds * 1e6);
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::FromUnixMicros(microseconds),
                          absl::UTCTimeZone());
}

// 0 is unknown.
template <typename Number>
Json Known(Number number) {
  return number == 0 ? Json(nullptr) : Json(number);
}

Json Text(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

const char* Id(JobReason reason) {
  switch (reason) {
    case JobReason::kNone:
      return "";
    case JobReason::kWaitingForMemory:
      return "waiting_for_memory";
    case JobReason::kServerRestarted:
      return "server_restarted";
    case JobReason::kTooManyAttempts:
      return "too_many_attempts";
    case JobReason::kComputationFailed:
      return "computation_failed";
    case JobReason::kCancelledByClient:
      return "cancelled_by_client";
    case JobReason::kServedFromCache:
      return "served_from_cache";
    case JobReason::kJoined:
      return "joined";
    case JobReason::kInputLost:
      return "input_lost";
    case JobReason::kInputUnreadable:
      return "input_unreadable";
    case JobReason::kPutBackByAdministrator:
      return "put_back_by_administrator";
  }
  return "";
}

Json ToJson(const Job& job) {
  return Json{{"job_id", job.job_id},
              {"name", job.name},
              {"state", Name(job.state)},
              {"reason", Text(Id(job.reason))},
              {"message", Text(job.message)},
              {"project", Text(job.project)},
              {"person", Text(job.person)},
              {"recording", Text(job.recording)},
              {"model", Text(job.model)},
              {"create_time", Moment(job.create_time_unix_seconds)},
              {"start_time", Moment(job.start_time_unix_seconds)},
              {"end_time", Moment(job.end_time_unix_seconds)},
              {"attempt", job.attempt},
              {"tiles_done", job.tiles_done},
              {"tiles_total", job.tiles_total},
              {"layers", job.layers},
              {"times", job.times},
              {"folds", job.folds},
              {"memory_bytes", job.memory_bytes},
              {"estimated_seconds", Known(job.estimated_seconds)},
              {"queue_place", Known(job.queue_place)},
              {"expected_start_seconds",
               job.queue_place > 0 ? Json(job.expected_start_seconds) : Json(nullptr)},
              {"expected_end_seconds", Known(job.expected_end_seconds)}};
}

Json ToJson(const CallerIdentity& caller) {
  if (caller.role.empty()) return nullptr;
  return Json{{"person", Text(caller.person)},
              {"project", caller.project},
              {"role", caller.role},
              {"all_projects", caller.all_projects},
              {"expire_time", Moment(static_cast<double>(caller.expire_time_unix_seconds))}};
}

Json LimitsToJson(const ServerInfo& info) {
  return Json{{"chunk_bytes", info.max_chunk_bytes},
              {"tensor_bytes", info.max_tensor_bytes},
              {"digests_per_call", info.max_digests_per_call},
              {"page_size", info.max_page_size},
              {"name_bytes", info.max_name_bytes},
              {"layers", info.max_layers},
              {"words", info.max_words},
              {"times", info.max_times},
              {"result_values", info.max_result_values},
              {"watches", info.max_watches},
              {"upload_streams", info.max_upload_streams},
              {"upload_idle_seconds", info.upload_idle_seconds},
              {"resource_bytes", info.max_resource_bytes},
              {"word_columns", info.max_word_columns},
              {"resources_of_project", info.max_resources_of_project},
              {"folds", info.max_folds},
              {"alphas", info.max_alphas},
              {"window_bounds", info.max_window_bounds},
              {"nuisance_columns", info.max_nuisance_columns},
              {"open_uploads", info.max_open_uploads},
              {"queue_length", info.max_queue_length},
              {"downloads", info.max_downloads},
              {"jobs_of_project", info.max_jobs_of_project},
              {"person_share", info.person_share},
              {"project_share", info.project_share},
              {"streams_per_connection", info.max_streams_per_connection},
              {"request_id_bytes", info.max_request_id_bytes}};
}

Json ToJson(const SealPolicy& policy) {
  return Json{{"metrics", policy.metrics},
              {"directions", policy.directions},
              {"min_test_words", policy.min_test_words.value_or(0)},
              {"release_fold_scores", policy.release_fold_scores},
              {"release_alpha_counts", policy.release_alpha_counts},
              {"release_cache_key", policy.release_cache_key},
              {"score_step", policy.score_step.value_or(0)},
              {"max_released_numbers", policy.max_released_numbers.value_or(0)}};
}

Json ToJson(const RecordingSeal& seal) {
  const std::optional<std::int64_t>& left = seal.released_numbers_left;
  return Json{{"projects", seal.projects},
              {"max_layers", seal.max_layers},
              {"max_submissions", seal.max_submissions},
              {"submissions_left", seal.submissions_left},
              {"policy", ToJson(seal.policy)},
              {"released_numbers_left", left ? Json(*left) : Json()}};
}

Json ToJson(const Sensor& sensor) {
  return Json{{"name", sensor.name},
              {"kind", Text(sensor.kind)},
              {"unit", Text(sensor.unit)},
              {"position_metres", OrNull(sensor.position_metres)}};
}

Json ToJson(const Recording& recording) {
  Json sensors = Json::array();
  for (const Sensor& sensor : recording.sensors) sensors.push_back(ToJson(sensor));
  return Json{{"name", recording.name},
              {"display_name", Text(recording.display_name)},
              {"description", recording.description},
              {"kind", Text(recording.kind)},
              {"form", Text(recording.form)},
              {"words", recording.words},
              {"times", recording.times_seconds},
              {"word_table", Text(recording.word_table)},
              {"word_table_digest", Text(recording.word_table_digest)},
              {"person", Text(recording.person)},
              {"sensors", std::move(sensors)},
              {"create_time", Moment(recording.create_time_unix_seconds)},
              {"seal", recording.seal ? ToJson(*recording.seal) : Json()}};
}

Json ToJson(const WordTable& table) {
  Json columns = Json::array();
  for (const WordColumn& column : table.columns) {
    columns.push_back(
        Json{{"name", column.name}, {"type", column.type}, {"digest", column.digest}});
  }
  return Json{{"name", table.name},
              {"display_name", Text(table.display_name)},
              {"description", Text(table.description)},
              {"digest", table.digest},
              {"words", table.words},
              {"columns", std::move(columns)},
              {"person", Text(table.person)},
              {"create_time", Moment(table.create_time_unix_seconds)}};
}

Json ToJson(const Model& model) {
  Json layers = Json::array();
  for (const ModelLayer& layer : model.layers) {
    layers.push_back(Json{{"index", layer.index},
                          {"name", layer.name},
                          {"relative_depth", layer.relative_depth},
                          {"digest", layer.digest},
                          {"slice", layer.slice}});
  }
  const ModelFacts& facts = model.facts;
  return Json{{"name", model.name},
              {"display_name", Text(facts.display_name)},
              {"description", Text(facts.description)},
              {"family", Text(facts.family)},
              {"architecture", Text(facts.architecture)},
              {"parameters", OrNull(facts.parameters)},
              {"context_words", OrNull(facts.context_words)},
              {"trained", OrNull(facts.trained)},
              {"words", model.words},
              {"word_table", Text(facts.word_table)},
              {"word_table_digest", Text(model.word_table_digest)},
              {"layer_count", model.layer_count},
              {"layers", std::move(layers)},
              {"person", Text(model.person)},
              {"create_time", Moment(model.create_time_unix_seconds)}};
}

}  // namespace

std::string JobsToJson(const std::vector<Job>& jobs) {
  return WrittenArray(jobs, [](const Job& job) { return ToJson(job); });
}

std::string JobToJsonLine(const Job& job) {
  return ToJson(job).dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false,
                          Json::error_handler_t::replace) +
         "\n";
}

std::string ServerInfoToJson(const ServerInfo& info, const std::string& address) {
  return Written(Json{{"server", address},
                      {"caller", ToJson(info.caller)},
                      {"version", info.version},
                      {"numerics_version", info.numerics_version},
                      {"threads", info.threads},
                      {"memory_budget_bytes", info.memory_budget_bytes},
                      {"brain_cache_held_bytes", info.brain_cache_held_bytes},
                      {"brain_cache_bytes", info.brain_cache_bytes},
                      {"disk_free_bytes", info.disk_free_bytes},
                      {"read_only_reason", Text(info.read_only_reason)},
                      {"damaged", info.damaged},
                      {"start_time", Moment(static_cast<double>(info.start_time_unix_seconds))},
                      {"jobs_queued", info.jobs_queued},
                      {"jobs_running", info.jobs_running},
                      {"limits", LimitsToJson(info)}});
}

std::string CallerToJson(const CallerIdentity& caller, const std::string& address,
                         const std::string& mode) {
  return Written(Json{{"server", address}, {"mode", Text(mode)}, {"caller", ToJson(caller)}});
}

std::string RecordingToJson(const Recording& recording) { return Written(ToJson(recording)); }

std::string RecordingsToJson(const std::vector<Recording>& recordings) {
  return WrittenArray(recordings, [](const Recording& recording) { return ToJson(recording); });
}

std::string WordTableToJson(const WordTable& table) { return Written(ToJson(table)); }

std::string WordTablesToJson(const std::vector<WordTable>& tables) {
  return WrittenArray(tables, [](const WordTable& table) { return ToJson(table); });
}

std::string ModelToJson(const Model& model) { return Written(ToJson(model)); }

std::string ModelsToJson(const std::vector<Model>& models) {
  return WrittenArray(models, [](const Model& model) { return ToJson(model); });
}

std::string JobToJson(const Job& job, const std::string& specification) {
  Json json = ToJson(job);
  json["specification"] = Json::parse(specification, /*cb=*/nullptr, /*allow_exceptions=*/false);
  return Written(json);
}

std::string JobToJson(const Job& job) { return Written(ToJson(job)); }

std::string DeletedJobsToJson(const std::vector<std::string>& job_ids) {
  return WrittenArray(job_ids, [](const std::string& job_id) {
    return Json{{"job_id", job_id}, {"deleted", true}};
  });
}

std::string TensorsToJson(const std::vector<StoredTensor>& tensors) {
  return WrittenArray(tensors, [](const StoredTensor& tensor) {
    return Json{{"name", tensor.name},
                {"digest", tensor.digest},
                {"data_type", DTypeName(tensor.spec.dtype)},
                {"shape", tensor.spec.shape},
                {"size_bytes", tensor.size_bytes},
                {"was_there", tensor.was_there}};
  });
}

std::string SubmissionsToJson(const std::vector<Submission>& submissions) {
  return WrittenArray(submissions, [](const Submission& submission) {
    return Json{{"create_time", Moment(submission.create_time_unix_seconds)},
                {"project", submission.project},
                {"person", Text(submission.person)},
                {"job_id", submission.job_id},
                {"job_name", submission.job_name},
                {"activations", submission.activations}};
  });
}

std::string QueueToJson(const std::vector<QueueEntry>& entries) {
  return WrittenArray(entries, [](const QueueEntry& entry) {
    Json json = ToJson(entry.first);
    json["project"] = entry.project;
    json["person"] = Text(entry.person);
    json["jobs"] = entry.jobs;
    return json;
  });
}

std::string UploadsToJson(const std::vector<UploadEntry>& uploads) {
  return WrittenArray(uploads, [](const UploadEntry& upload) {
    return Json{{"upload_id", upload.upload_id},
                {"project", upload.project},
                {"person", Text(upload.person)},
                {"digest", upload.digest},
                {"size_bytes", upload.size_bytes},
                {"committed_bytes", upload.committed_bytes},
                {"being_written", upload.being_written},
                {"expire_time", Moment(upload.expire_time_unix_seconds)}};
  });
}

std::string DiskToJson(const DiskUse& use) {
  Json projects = Json::array();
  for (const ProjectEntry& entry : use.projects) {
    projects.push_back(Json{{"project", entry.project}, {"stored_bytes", entry.stored_bytes}});
  }
  return Written(Json{{"projects", std::move(projects)}, {"free_bytes", use.free_bytes}});
}

std::string ErrorsToJson(const std::vector<LoggedError>& errors) {
  return WrittenArray(errors, [](const LoggedError& error) {
    return Json{{"time", Moment(error.time_unix_seconds)},
                {"level", error.level},
                {"message", error.message}};
  });
}

std::string DrainToJson(const DrainState& state) {
  return Written(
      Json{{"draining", state.draining}, {"running", state.running}, {"uploads", state.uploads}});
}

std::string ReloadToJson(const ReloadOutcome& outcome) {
  return Written(Json{{"changed", outcome.changed}, {"need_restart", outcome.need_restart}});
}

}  // namespace brainalign
