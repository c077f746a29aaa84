#include "server/calls/operation_calls.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "server/rows/convert.h"
#include "server/rows/page.h"
#include "server/rows/resource.h"
#include "server/rows/status_details.h"
#include "server/store/keys.h"

namespace brainalign {
namespace {

v1::QueueEntry EntryToProto(const QueueEntry& entry) {
  const Execution& execution = entry.execution;
  v1::QueueEntry proto;
  proto.set_execution_id(execution.execution_id);
  proto.set_state(static_cast<v1::JobState>(execution.state));
  proto.set_reason(static_cast<v1::JobReason>(entry.reason));
  proto.set_project(execution.project);
  proto.set_person(execution.person);
  proto.set_priority(static_cast<v1::JobPriority>(execution.priority));
  for (const std::string& id : entry.job_ids) proto.add_job_ids(id);
  proto.set_display_name(entry.name);
  proto.set_attempt(execution.attempt);
  proto.set_tiles_done(entry.tiles_done);
  proto.set_tiles_total(execution.tiles_total);
  proto.set_memory_bytes(execution.memory_bytes);
  if (execution.estimated_seconds > 0) proto.set_estimated_seconds(execution.estimated_seconds);
  *proto.mutable_create_time() = ToProto(entry.create_time);
  if (entry.start_time != absl::InfinitePast()) {
    *proto.mutable_start_time() = ToProto(entry.start_time);
  }
  FillForecast(entry, proto);
  return proto;
}

// The filters of a request, with a recording under its full name.
absl::StatusOr<QueueQuery> QueryOf(const v1::ListQueueRequest& request, const Caller& caller) {
  QueueQuery query;
  for (int i = 0; i < request.states_size(); ++i) {
    const int state = request.states(i);
    if (state != v1::JOB_STATE_QUEUED && state != v1::JOB_STATE_RUNNING) {
      return InvalidFieldError(absl::StrCat("states[", i, "]"),
                               absl::StrCat("is ", state,
                                            "; jobs of the queue are in state 1 (queued) or 2 "
                                            "(running)"));
    }
    query.states.push_back(static_cast<JobState>(state));
  }
  query.project = request.project();
  query.person = request.person();
  if (!request.recording().empty()) {
    const auto named = NameOfResource(caller.project, request.recording());
    if (!named) return InvalidFieldError("recording", "is no name; give PROJECT/NAME");
    query.recording = named->FullName();
  }
  return query;
}

// Whether a list of lines of the log has a line.
struct LineFilter {
  ErrorLog::Level min_level = ErrorLog::Level::kWarning;
  absl::Time since = absl::InfinitePast();

  bool Passes(const ErrorLog::Line& line) const {
    return line.level >= min_level && line.time >= since;
  }
};

absl::StatusOr<LineFilter> FilterOf(const v1::ListErrorsRequest& request) {
  LineFilter filter;
  if (!request.min_level().empty()) {
    const auto level = ErrorLog::LevelOf(request.min_level());
    if (!level) {
      return InvalidFieldError("min_level",
                               absl::StrCat("is '", absl::CHexEscape(request.min_level()),
                                            "'; give warning, error or critical"));
    }
    filter.min_level = *level;
  }
  if (request.has_since_time()) filter.since = TimeFromProto(request.since_time());
  return filter;
}

}  // namespace

OperationCalls::OperationCalls(const CallGate* gate, Parts parts)
    : gate_(gate), parts_(std::move(parts)) {}

absl::StatusOr<v1::ListQueueResponse> OperationCalls::ListQueue(
    const Credentials& credentials, const v1::ListQueueRequest& request) {
  return gate_->Answer<v1::ListQueueResponse>(
      credentials, Method::kListQueue,
      [&](const Call& call, v1::ListQueueResponse& response) -> absl::Status {
        const auto page_size = PageSizeOf(request.page_size());
        if (!page_size.ok()) return page_size.status();
        auto query = QueryOf(request, call.caller());
        if (!query.ok()) return query.status();
        const std::string name =
            NameOfQuery("queue", {absl::StrJoin(request.states(), ","), query->project,
                                  query->person, query->recording});
        const auto position = ReadPageToken(request.page_token(), name);
        if (!position.ok()) return position.status();
        const auto size = static_cast<std::size_t>(*page_size);
        query->after_execution_id = position->empty() ? 0 : TrailingNumber(*position);
        query->limit = size + 1;
        const std::vector<QueueEntry> entries = parts_.book->ListQueue(*query);
        std::size_t sent = 0;
        for (std::size_t bytes = 0; sent < std::min(size, entries.size()); ++sent) {
          if (bytes > kFullPageBytes) break;
          v1::QueueEntry& entry = *response.add_entries() = EntryToProto(entries[sent]);
          bytes += entry.ByteSizeLong();
        }
        if (sent < entries.size()) {
          const std::int64_t last = entries[sent - 1].execution.execution_id;
          response.set_next_page_token(MakePageToken(EncodeNumber(last), name));
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListUploadsResponse> OperationCalls::ListUploads(
    const Credentials& credentials, const v1::ListUploadsRequest& request) {
  return gate_->Answer<v1::ListUploadsResponse>(
      credentials, Method::kListUploads,
      [&](const Call& /*call*/, v1::ListUploadsResponse& response) -> absl::Status {
        const auto page_size = PageSizeOf(request.page_size());
        if (!page_size.ok()) return page_size.status();
        const std::string name = NameOfQuery("uploads", {request.project(), request.person()});
        const auto after = ReadPageToken(request.page_token(), name);
        if (!after.ok()) return after.status();
        const auto size = static_cast<std::size_t>(*page_size);
        const auto open = parts_.uploads->ListOpen({.after_upload_id = *after,
                                                    .limit = size + 1,
                                                    .project = request.project(),
                                                    .person = request.person()});
        for (std::size_t i = 0; i < std::min(size, open.size()); ++i) {
          const Upload& upload = open[i].upload;
          v1::UploadEntry& entry = *response.add_uploads();
          entry.set_upload_id(upload.upload_id);
          entry.set_project(upload.project);
          entry.set_person(upload.person);
          entry.set_digest(upload.tensor.digest);
          entry.set_size_bytes(upload.size_bytes);
          entry.set_committed_bytes(upload.committed_bytes);
          entry.set_being_written(open[i].has_writer);
          *entry.mutable_last_write_time() = ToProto(upload.last_write_time);
          *entry.mutable_expire_time() = ToProto(parts_.uploads->ExpireTime(upload));
        }
        if (open.size() > size) {
          response.set_next_page_token(MakePageToken(open[size - 1].upload.upload_id, name));
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListProjectsResponse> OperationCalls::ListProjects(
    const Credentials& credentials, const v1::ListProjectsRequest& request) {
  return gate_->Answer<v1::ListProjectsResponse>(
      credentials, Method::kListProjects,
      [&](const Call& /*call*/, v1::ListProjectsResponse& response) -> absl::Status {
        const auto size = PageSizeOf(request.page_size());
        if (!size.ok()) return size.status();
        const std::string& prefix = request.name_prefix();
        const std::string name = NameOfQuery("projects", {prefix});
        const auto after = ReadPageToken(request.page_token(), name);
        if (!after.ok()) return after.status();
        const auto stored = parts_.store->SumHoldings();
        if (!stored.ok()) return stored.status();
        auto at = after->empty() ? stored->lower_bound(prefix) : stored->upper_bound(*after);
        for (; at != stored->end() && absl::StartsWith(at->first, prefix); ++at) {
          if (response.projects_size() == *size) {
            const std::string& last = response.projects(response.projects_size() - 1).project();
            response.set_next_page_token(MakePageToken(last, name));
            break;
          }
          v1::ProjectEntry& entry = *response.add_projects();
          entry.set_project(at->first);
          entry.set_stored_bytes(at->second);
        }
        const auto free_bytes = parts_.blobs->FreeBytes();
        if (!free_bytes.ok()) return free_bytes.status();
        response.set_disk_free_bytes(*free_bytes);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ListErrorsResponse> OperationCalls::ListErrors(
    const Credentials& credentials, const v1::ListErrorsRequest& request) {
  return gate_->Answer<v1::ListErrorsResponse>(
      credentials, Method::kListErrors,
      [&](const Call& /*call*/, v1::ListErrorsResponse& response) -> absl::Status {
        const auto size = PageSizeOf(request.page_size());
        if (!size.ok()) return size.status();
        const auto filter = FilterOf(request);
        if (!filter.ok()) return filter.status();
        const std::string name = NameOfQuery(
            "errors", {request.min_level(), absl::FormatTime(filter->since, absl::UTCTimeZone())});
        const auto position = ReadPageToken(request.page_token(), name);
        if (!position.ok()) return position.status();
        if (parts_.errors == nullptr) return absl::OkStatus();
        std::int64_t last = position->empty() ? 0 : TrailingNumber(*position);
        for (const ErrorLog::Line& line : parts_.errors->Read(last)) {
          if (!filter->Passes(line)) continue;
          if (response.errors_size() == *size) {
            response.set_next_page_token(MakePageToken(EncodeNumber(last), name));
            break;
          }
          v1::LoggedError& error = *response.add_errors();
          *error.mutable_time() = ToProto(line.time);
          error.set_level(ErrorLog::Name(line.level));
          error.set_message(line.message);
          last = line.number;
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::DrainResponse> OperationCalls::Drain(const Credentials& credentials,
                                                        const v1::DrainRequest& request) {
  return gate_->Answer<v1::DrainResponse>(
      credentials, Method::kDrain,
      [&](const Call& /*call*/, v1::DrainResponse& response) -> absl::Status {
        switch (request.mode()) {
          case v1::DRAIN_MODE_FINISH:
          case v1::DRAIN_MODE_PUT_BACK:
            parts_.drain->Begin(request.mode() == v1::DRAIN_MODE_PUT_BACK);
            break;
          case v1::DRAIN_MODE_OFF:
            parts_.drain->End();
            break;
          default:
            return InvalidFieldError("mode",
                                     absl::StrCat("is ", static_cast<int>(request.mode()),
                                                  "; give 1 (finish), 2 (put back) or 3 (off)"));
        }
        response.set_draining(parts_.drain->is_on());
        response.set_running(parts_.book->MeasureLoad().running);
        response.set_uploads(static_cast<int>(parts_.uploads->CountTotals().open));
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::ReloadResponse> OperationCalls::Reload(const Credentials& credentials,
                                                          const v1::ReloadRequest& /*request*/) {
  return gate_->Answer<v1::ReloadResponse>(
      credentials, Method::kReload,
      [&](const Call& /*call*/, v1::ReloadResponse& response) -> absl::Status {
        const auto outcome = parts_.reloader->Run();
        if (!outcome.ok()) return outcome.status();
        for (const std::string& name : outcome->changed) response.add_changed(name);
        for (const std::string& name : outcome->need_restart) response.add_need_restart(name);
        return absl::OkStatus();
      });
}

}  // namespace brainalign
