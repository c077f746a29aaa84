#include "client/jobs/job_calls.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/connection/stubs.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/spec_to_proto.h"

namespace brainalign {
namespace {

constexpr int kPageSize = 100;

v1::JobState ToProto(JobState state) {
  switch (state) {
    case JobState::kQueued:
      return v1::JOB_STATE_QUEUED;
    case JobState::kRunning:
      return v1::JOB_STATE_RUNNING;
    case JobState::kSucceeded:
      return v1::JOB_STATE_SUCCEEDED;
    case JobState::kFailed:
      return v1::JOB_STATE_FAILED;
    case JobState::kCancelled:
      return v1::JOB_STATE_CANCELLED;
    case JobState::kUnknown:
      break;
  }
  return v1::JOB_STATE_UNSPECIFIED;
}

}  // namespace

std::string NewRequestId() {
  std::random_device random;
  std::array<std::uint32_t, 4> bits;
  for (std::uint32_t& b : bits) b = random();
  return absl::StrFormat("%08x-%04x-4%03x-%04x-%04x%08x", bits[0], bits[1] >> 16, bits[1] & 0xFFF,
                         0x8000 | (bits[2] >> 16 & 0x3FFF), bits[2] & 0xFFFF, bits[3]);
}

absl::StatusOr<Job> CreateJob(Connection& connection, const JobRequest& request) {
  v1::CreateJobRequest proto = ToProto(request);
  if (proto.request_id().empty()) proto.set_request_id(NewRequestId());
  const ConnectionOptions& options = connection.options();
  absl::StatusOr<v1::CreateJobResponse> response = Call<v1::CreateJobResponse>(
      options, options.retry, options.create_timeout_seconds,
      [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->CreateJob(context, proto, answer);
      });
  if (!response.ok()) return response.status();
  return JobFromProto(response->job());
}

absl::StatusOr<Job> GetJob(Connection& connection, const std::string& job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  absl::StatusOr<v1::GetJobResponse> response = Call<v1::GetJobResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->GetJob(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return JobFromProto(response->job());
}

absl::StatusOr<Job> CancelJob(Connection& connection, const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  absl::StatusOr<v1::CancelJobResponse> response = Call<v1::CancelJobResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->CancelJob(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return JobFromProto(response->job());
}

absl::StatusOr<JobResult> GetJobResult(Connection& connection, const std::string& job_id) {
  v1::GetJobResultRequest request;
  request.set_job_id(job_id);
  absl::StatusOr<v1::GetJobResultResponse> response = Call<v1::GetJobResultResponse>(
      connection.options(), [&](grpc::ClientContext* context, auto* answer) {
        return connection.stubs().jobs->GetJobResult(context, request, answer);
      });
  if (!response.ok()) return response.status();
  return ResultFromProto(response->result());
}

absl::StatusOr<std::vector<Job>> ListJobs(Connection& connection,
                                          const std::vector<JobState>& states, int limit) {
  v1::ListJobsRequest request;
  for (const JobState state : states) request.add_states(ToProto(state));
  std::vector<Job> jobs;
  while (true) {
    const int left = limit > 0 ? limit - static_cast<int>(jobs.size()) : kPageSize;
    const int server_limit = connection.server_info().max_page_size;
    request.set_page_size(std::min({left, kPageSize, server_limit > 0 ? server_limit : kPageSize}));
    absl::StatusOr<v1::ListJobsResponse> response = Call<v1::ListJobsResponse>(
        connection.options(), [&](grpc::ClientContext* context, auto* answer) {
          return connection.stubs().jobs->ListJobs(context, request, answer);
        });
    if (!response.ok()) return response.status();
    for (const v1::Job& job : response->jobs()) jobs.push_back(JobFromProto(job));
    const bool enough = limit > 0 && static_cast<int>(jobs.size()) >= limit;
    if (enough || response->next_page_token().empty()) return jobs;
    request.set_page_token(response->next_page_token());
  }
}

}  // namespace brainalign
