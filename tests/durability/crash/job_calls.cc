#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/stubs.h"
#include "client/wire/job_from_proto.h"
#include "client/wire/result_from_proto.h"
#include "client/wire/spec_to_proto.h"
#include "gtest/gtest.h"
#include "tests/durability/crash/calls.h"
#include "tests/durability/crash/once.h"

namespace brainalign {

absl::Status Submit(Connection& connection, const Questions& questions, KnownJobs& jobs,
                    const KnownJob& submission) {
  JobRequest asked = questions.all[submission.question].request;
  asked.request_id = submission.request_id;
  asked.name = submission.request_id;
  asked.skip_cache = submission.skip_cache;
  const v1::CreateJobRequest request = ToProto(asked);
  const auto answer = Once<v1::CreateJobResponse>(connection, [&](auto* context, auto* response) {
    return connection.stubs().jobs->CreateJob(context, request, response);
  });
  if (answer.ok()) jobs.Saw(answer->job(), submission.last.sequence());
  return answer.status();
}

absl::Status Get(Connection& connection, KnownJobs& jobs, const std::string& job_id) {
  v1::GetJobRequest request;
  request.set_job_id(job_id);
  const std::int64_t floor = jobs.Sequence(job_id);
  const auto answer = Once<v1::GetJobResponse>(connection, [&](auto* context, auto* response) {
    return connection.stubs().jobs->GetJob(context, request, response);
  });
  if (answer.ok()) jobs.Saw(answer->job(), floor);
  return answer.status();
}

absl::Status Cancel(Connection& connection, KnownJobs& jobs, const std::string& job_id) {
  v1::CancelJobRequest request;
  request.set_job_id(job_id);
  const std::int64_t floor = jobs.Sequence(job_id);
  jobs.CancelAsked(job_id);
  const auto answer = Once<v1::CancelJobResponse>(connection, [&](auto* context, auto* response) {
    return connection.stubs().jobs->CancelJob(context, request, response);
  });
  if (!answer.ok()) return answer.status();
  jobs.Saw(answer->job(), floor);
  EXPECT_TRUE(jobs.Find(job_id)->ended())
      << "was cancelled and goes on: " << answer->job().ShortDebugString();
  return absl::OkStatus();
}

absl::Status Delete(Connection& connection, KnownJobs& jobs, const std::string& job_id) {
  v1::DeleteJobRequest request;
  request.set_job_id(job_id);
  const auto answer = Once<v1::DeleteJobResponse>(connection, [&](auto* context, auto* response) {
    return connection.stubs().jobs->DeleteJob(context, request, response);
  });
  jobs.DeleteAnswered(job_id, answer.ok());
  if (!answer.ok()) return answer.status();
  v1::GetJobRequest again;
  again.set_job_id(job_id);
  const auto gone = Once<v1::GetJobResponse>(connection, [&](auto* context, auto* response) {
    return connection.stubs().jobs->GetJob(context, again, response);
  });
  if (absl::IsUnavailable(gone.status())) return gone.status();
  EXPECT_TRUE(absl::IsNotFound(gone.status())) << "deleted, and still there: " << job_id;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<v1::Job>> ListAll(Connection& connection, int page_size) {
  std::vector<v1::Job> all;
  v1::ListJobsRequest request;
  request.set_page_size(page_size);
  do {
    auto page = Once<v1::ListJobsResponse>(connection, [&](auto* context, auto* response) {
      return connection.stubs().jobs->ListJobs(context, request, response);
    });
    if (!page.ok()) return page.status();
    for (v1::Job& job : *page->mutable_jobs()) all.push_back(std::move(job));
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return all;
}

absl::Status Follow(Connection& connection, KnownJobs& jobs, const std::string& job_id,
                    std::int64_t after_sequence, std::int64_t until) {
  CallContext context(connection.options(), /*timeout_seconds=*/0);
  v1::WatchJobRequest request;
  request.set_job_id(job_id);
  request.set_after_sequence(after_sequence);
  const auto stream = connection.stubs().jobs->WatchJob(context.get(), request);
  std::int64_t last = after_sequence;
  bool ended = false;
  v1::WatchJobResponse event;
  while (stream->Read(&event)) {
    if (event.has_heartbeat()) {
      EXPECT_EQ(event.sequence(), last) << "a heartbeat of " << job_id;
      continue;
    }
    EXPECT_EQ(event.sequence(), last + 1) << "an event of " << job_id << " is missing or doubled";
    EXPECT_FALSE(ended) << "an event after the end of " << job_id;
    last = event.sequence();
    event.clear_streamed();  // of the stream, and not of the event
    jobs.Heard(job_id, event);
    ended = event.has_job() && HasEnded(JobFromProto(event.job()).state);
    if (until > 0 && last >= until && !ended) {
      context.get()->TryCancel();
      stream->Finish();
      return absl::OkStatus();
    }
  }
  absl::Status status = context.Conclude(stream->Finish());
  if (status.ok()) {
    const std::optional<KnownJob> known = jobs.Find(job_id);
    EXPECT_TRUE(ended || (known->ended() && known->last.sequence() == last))
        << "the stream ended before the job: " << known->last.ShortDebugString();
  }
  return status;
}

absl::Status CheckResult(Connection& connection, const Questions& questions, const KnownJob& job) {
  v1::GetJobResultRequest request;
  request.set_job_id(job.job_id);
  const auto answer =
      Once<v1::GetJobResultResponse>(connection, [&](auto* context, auto* response) {
        return connection.stubs().jobs->GetJobResult(context, request, response);
      });
  if (!answer.ok()) return answer.status();
  const absl::StatusOr<JobResult> result = ResultFromProto(answer->result());
  if (!result.ok()) return result.status();
  EXPECT_EQ(DifferenceFromAnswer(questions.all[job.question], *result), "") << job.job_id;
  return absl::OkStatus();
}

}  // namespace brainalign
