#include "server/rpc/job_rpc.h"

#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/record/convert.h"
#include "server/record/status_details.h"

namespace brainalign {
namespace {

// Each reads its tensors, and may hold megabytes of onsets.
constexpr int kMaxSubmissions = 64;

// False if the server's own bytes are no tile.
bool FillEvent(const WatchEvent& event, v1::WatchJobResponse& response) {
  response.set_sequence(event.sequence);
  if (const Job* job = std::get_if<Job>(&event.content)) {
    *response.mutable_job() = ToProto(*job);
    return true;
  }
  if (const std::string* tile = std::get_if<std::string>(&event.content)) {
    return response.mutable_tile()->ParseFromString(*tile);
  }
  const Heartbeat& heartbeat = std::get<Heartbeat>(event.content);
  response.mutable_heartbeat()->set_progress(heartbeat.progress);
  response.mutable_heartbeat()->set_remaining_seconds(heartbeat.remaining_seconds);
  response.mutable_heartbeat()->set_queue_place(heartbeat.queue_place);
  response.mutable_heartbeat()->set_expected_start_seconds(heartbeat.expected_start_seconds);
  return true;
}

}  // namespace

JobRpc::JobRpc(const CallGate* gate, const Recordings* recordings, JobBook* book, StallGuard* guard,
               int max_watches)
    : gate_(gate),
      recordings_(recordings),
      book_(book),
      guard_(guard),
      submissions_("submissions", kMaxSubmissions),
      watches_("watches", max_watches) {}

absl::StatusOr<Job> JobRpc::FindFor(const Call& call, const std::string& job_id) const {
  auto job = book_->Get(job_id);
  if (!job.ok()) return job.status();
  switch (call.JudgeThing(job->project, job->person)) {
    case Verdict::kAllowed:
      return job;
    case Verdict::kDenied:
      return call.DescribeDenial();
    case Verdict::kHidden:
      break;
  }
  return JobNotFoundError(job_id);
}

grpc::Status JobRpc::CreateJob(grpc::ServerContext* context, const v1::CreateJobRequest* request,
                               v1::CreateJobResponse* response) {
  return gate_->Run(context, Method::kCreateJob, [&](const Call& call) -> absl::Status {
    const CallLimit::Place place(submissions_);
    if (!place.status().ok()) return place.status();
    std::vector<FieldProblem> problems;
    JobRequest asked;
    asked.request_id = request->request_id();
    asked.project = call.caller().project;
    asked.person = call.caller().person;
    asked.priority = PriorityFromProto(request->priority(), "priority", problems);
    asked.name = request->name();
    asked.specification = SpecificationFromProto(request->spec(), "spec", problems);
    asked.skip_cache = request->skip_cache();
    // The call is answered by gRPC itself at its deadline, and heard of a little later.
    asked.is_gone = [context] {
      return context->IsCancelled() || std::chrono::system_clock::now() >= context->deadline();
    };
    if (!problems.empty()) return InvalidFieldsError(problems);
    if (!asked.specification.sealed_recording.empty()) {
      auto recording = recordings_->Resolve(asked.project, asked.specification);
      if (!recording.ok()) return recording.status();
      asked.recording = *std::move(recording);
    }
    auto job = book_->Create(asked);
    if (!job.ok()) return job.status();
    *response->mutable_job() = ToProto(*job);
    return absl::OkStatus();
  });
}

grpc::Status JobRpc::GetJob(grpc::ServerContext* context, const v1::GetJobRequest* request,
                            v1::GetJobResponse* response) {
  return gate_->Run(context, Method::kGetJob, [&](const Call& call) -> absl::Status {
    auto job = FindFor(call, request->job_id());
    if (!job.ok()) return job.status();
    *response->mutable_job() = ToProto(*job);
    return absl::OkStatus();
  });
}

grpc::Status JobRpc::ListJobs(grpc::ServerContext* context, const v1::ListJobsRequest* request,
                              v1::ListJobsResponse* response) {
  return gate_->Run(context, Method::kListJobs, [&](const Call& call) -> absl::Status {
    JobQuery query;
    const Verdict others = call.JudgeThing("", "");
    query.project = others == Verdict::kAllowed ? "" : call.caller().project;
    query.page_size = request->page_size();
    query.page_token = request->page_token();
    for (int i = 0; i < request->states_size(); ++i) {
      const int state = request->states(i);
      if (state < v1::JOB_STATE_QUEUED || state > v1::JOB_STATE_CANCELLED) {
        return InvalidFieldError(absl::StrCat("states[", i, "]"),
                                 absl::StrCat("is ", state, "; states are 1 to 5"));
      }
      query.states.push_back(static_cast<JobState>(state));
    }
    auto page = book_->List(query);
    if (!page.ok()) return page.status();
    for (const Job& job : page->jobs) *response->add_jobs() = ToProto(job);
    response->set_next_page_token(page->next_page_token);
    return absl::OkStatus();
  });
}

grpc::Status JobRpc::CancelJob(grpc::ServerContext* context, const v1::CancelJobRequest* request,
                               v1::CancelJobResponse* response) {
  return gate_->Run(context, Method::kCancelJob, [&](const Call& call) -> absl::Status {
    auto job = FindFor(call, request->job_id());
    if (job.ok()) job = book_->Cancel(request->job_id());
    if (!job.ok()) return job.status();
    *response->mutable_job() = ToProto(*job);
    return absl::OkStatus();
  });
}

grpc::Status JobRpc::DeleteJob(grpc::ServerContext* context, const v1::DeleteJobRequest* request,
                               v1::DeleteJobResponse* /*response*/) {
  return gate_->Run(context, Method::kDeleteJob, [&](const Call& call) -> absl::Status {
    const auto job = FindFor(call, request->job_id());
    // There is none that the caller may know of, which is what was asked for.
    if (absl::IsNotFound(job.status())) return absl::OkStatus();
    if (!job.ok()) return job.status();
    return book_->Delete(request->job_id());
  });
}

grpc::Status JobRpc::WatchJob(grpc::ServerContext* context, const v1::WatchJobRequest* request,
                              grpc::ServerWriter<v1::WatchJobResponse>* writer) {
  return gate_->Run(context, Method::kWatchJob, [&](const Call& call) -> absl::Status {
    const CallLimit::Place place(watches_);
    if (!place.status().ok()) return place.status();
    const auto job = FindFor(call, request->job_id());
    if (!job.ok()) return job.status();
    StallGuard::Stream stream(*guard_, *context);
    absl::Status watched = book_->Watch(
        request->job_id(), request->after_sequence(),
        [&](const WatchEvent& event) {
          v1::WatchJobResponse response;
          return call.CheckAccess().ok() && FillEvent(event, response) &&
                 stream.Await([&] { return writer->Write(response); });
        },
        [&] { return context->IsCancelled() || !call.CheckAccess().ok(); });
    if (absl::Status access = call.CheckAccess(); !access.ok()) return access;
    return watched;
  });
}

grpc::Status JobRpc::GetJobResult(grpc::ServerContext* context,
                                  const v1::GetJobResultRequest* request,
                                  v1::GetJobResultResponse* response) {
  return gate_->Run(context, Method::kGetJobResult, [&](const Call& call) -> absl::Status {
    const auto job = FindFor(call, request->job_id());
    if (!job.ok()) return job.status();
    auto result = book_->ReadResult(request->job_id());
    if (!result.ok()) return result.status();
    if (!response->mutable_result()->ParseFromString(result->bytes)) {
      return absl::DataLossError("the stored result cannot be read");
    }
    response->mutable_result()->set_job_id(request->job_id());
    response->mutable_result()->set_from_cache(result->from_cache);
    const bool is_anothers =
        !job->recording.empty() && !absl::StartsWith(job->recording, call.caller().project + "/");
    // Scores alone: nothing of a sealed recording's sensors.
    if (is_anothers) response->mutable_result()->clear_constant_sensors();
    return absl::OkStatus();
  });
}

}  // namespace brainalign
