#include "client/operation/operation_calls.h"

#include "client/connection/pages.h"
#include "client/wire/operation_from_proto.h"

namespace brainalign {
namespace {

using Stub = v1::OperationService::StubInterface;

template <typename Request, typename Response>
absl::StatusOr<Response> Ask(Connection& connection,
                             grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                          Response*),
                             const Request& request) {
  return Call<Response>(connection.options(), [&](grpc::ClientContext* context, auto* answer) {
    return (*connection.stubs().operation.*method)(context, request, answer);
  });
}

// Calls `take` with each page of the list that `request` asks for.
template <typename Request, typename Response, typename Take>
absl::Status AskPages(Connection& connection,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Request& request, const Take& take) {
  return VisitPages<Response>(
      connection, request,
      [&](grpc::ClientContext* context, const Request& page, Response* answer) {
        return (*connection.stubs().operation.*method)(context, page, answer);
      },
      [&](const Response& page) {
        take(page);
        return true;
      });
}

}  // namespace

absl::StatusOr<std::vector<QueueEntry>> ListQueue(Connection& connection,
                                                  const QueueFilter& filter) {
  v1::ListQueueRequest request;
  for (const JobState state : filter.states) request.add_states(static_cast<v1::JobState>(state));
  request.set_project(filter.project);
  request.set_person(filter.person);
  request.set_recording(filter.recording);
  std::vector<QueueEntry> entries;
  const absl::Status listed =
      AskPages(connection, &Stub::ListQueue, request, [&](const v1::ListQueueResponse& page) {
        for (const auto& entry : page.entries()) entries.push_back(QueueEntryFromProto(entry));
      });
  if (!listed.ok()) return listed;
  return entries;
}

absl::StatusOr<std::vector<UploadEntry>> ListUploads(Connection& connection,
                                                     const UploadFilter& filter) {
  v1::ListUploadsRequest request;
  request.set_project(filter.project);
  request.set_person(filter.person);
  std::vector<UploadEntry> uploads;
  const absl::Status listed =
      AskPages(connection, &Stub::ListUploads, request, [&](const v1::ListUploadsResponse& page) {
        for (const auto& entry : page.uploads()) uploads.push_back(UploadEntryFromProto(entry));
      });
  if (!listed.ok()) return listed;
  return uploads;
}

absl::StatusOr<DiskUse> ListProjects(Connection& connection, const std::string& name_prefix) {
  v1::ListProjectsRequest request;
  request.set_name_prefix(name_prefix);
  DiskUse use;
  const absl::Status listed =
      AskPages(connection, &Stub::ListProjects, request, [&](const v1::ListProjectsResponse& page) {
        for (const auto& entry : page.projects()) {
          use.projects.push_back({entry.project(), entry.stored_bytes()});
        }
        use.free_bytes = page.disk_free_bytes();
      });
  if (!listed.ok()) return listed;
  return use;
}

absl::StatusOr<std::vector<LoggedError>> ListErrors(Connection& connection,
                                                    const ErrorFilter& filter) {
  v1::ListErrorsRequest request;
  request.set_min_level(filter.min_level);
  if (filter.since_unix_seconds) {
    *request.mutable_since_time() = TimestampOf(*filter.since_unix_seconds);
  }
  std::vector<LoggedError> errors;
  const absl::Status listed =
      AskPages(connection, &Stub::ListErrors, request, [&](const v1::ListErrorsResponse& page) {
        for (const auto& error : page.errors()) errors.push_back(LoggedErrorFromProto(error));
      });
  if (!listed.ok()) return listed;
  return errors;
}

absl::StatusOr<DrainState> Drain(Connection& connection, DrainMode mode) {
  v1::DrainRequest request;
  request.set_mode(ToProto(mode));
  const auto state = Ask(connection, &Stub::Drain, request);
  if (!state.ok()) return state.status();
  return DrainState{state->draining(), state->running(), state->uploads()};
}

absl::StatusOr<ReloadOutcome> ReloadServer(Connection& connection) {
  const auto outcome = Ask(connection, &Stub::Reload, v1::ReloadRequest());
  if (!outcome.ok()) return outcome.status();
  return ReloadOutcome{{outcome->changed().begin(), outcome->changed().end()},
                       {outcome->need_restart().begin(), outcome->need_restart().end()}};
}

}  // namespace brainalign
