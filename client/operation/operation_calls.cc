#include "client/operation/operation_calls.h"

#include "client/connection/stubs.h"
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

// Calls `take` with each page.
template <typename Request, typename Response, typename Take>
absl::Status AskPages(Connection& connection,
                      grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                      const Take& take) {
  Request request;
  do {
    const absl::StatusOr<Response> page = Ask(connection, method, request);
    if (!page.ok()) return page.status();
    take(*page);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<QueueEntry>> ListQueue(Connection& connection) {
  std::vector<QueueEntry> entries;
  const absl::Status listed = AskPages<v1::ListQueueRequest, v1::ListQueueResponse>(
      connection, &Stub::ListQueue, [&](const v1::ListQueueResponse& page) {
        for (const auto& entry : page.entries()) entries.push_back(QueueEntryFromProto(entry));
      });
  if (!listed.ok()) return listed;
  return entries;
}

absl::StatusOr<std::vector<UploadEntry>> ListUploads(Connection& connection) {
  std::vector<UploadEntry> uploads;
  const absl::Status listed = AskPages<v1::ListUploadsRequest, v1::ListUploadsResponse>(
      connection, &Stub::ListUploads, [&](const v1::ListUploadsResponse& page) {
        for (const auto& entry : page.uploads()) uploads.push_back(UploadEntryFromProto(entry));
      });
  if (!listed.ok()) return listed;
  return uploads;
}

absl::StatusOr<DiskUse> ListProjects(Connection& connection) {
  DiskUse use;
  const absl::Status listed = AskPages<v1::ListProjectsRequest, v1::ListProjectsResponse>(
      connection, &Stub::ListProjects, [&](const v1::ListProjectsResponse& page) {
        for (const auto& entry : page.projects()) {
          use.projects.push_back({entry.project(), entry.stored_bytes()});
        }
        use.free_bytes = page.disk_free_bytes();
      });
  if (!listed.ok()) return listed;
  return use;
}

absl::StatusOr<std::vector<LoggedError>> ListErrors(Connection& connection) {
  const auto listed = Ask(connection, &Stub::ListErrors, v1::ListErrorsRequest());
  if (!listed.ok()) return listed.status();
  std::vector<LoggedError> errors;
  for (const auto& error : listed->errors()) errors.push_back(LoggedErrorFromProto(error));
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
