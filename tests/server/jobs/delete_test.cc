// Deleting jobs, and what a nearly full disk still allows.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/blobs/upload_test.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class DeleteTest : public UploadTest {
 protected:
  int Listed() {
    Context context;
    v1::ListJobsResponse response;
    EXPECT_TRUE(jobs_->ListJobs(&context, {}, &response).ok());
    return response.jobs_size();
  }
  v1::Job Finished(const v1::CreateJobRequest& request) {
    const v1::Job job = Create(request);
    return Watch(job.job_id()).back().job();
  }
};

TEST_F(DeleteTest, EndedJobIsForgottenWithItsResult) {
  v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job job = Finished(request);
  ASSERT_TRUE(TryDelete(job.job_id()).ok());
  for (int life = 0; life < 2; ++life) {
    EXPECT_EQ(TryGet(job.job_id()).error_code(), grpc::StatusCode::NOT_FOUND);
    v1::AlignmentResult result;
    EXPECT_EQ(Result(job.job_id(), &result).error_code(), grpc::StatusCode::NOT_FOUND);
    grpc::Status watched;
    Watch(job.job_id(), 0, &watched);
    EXPECT_EQ(watched.error_code(), grpc::StatusCode::NOT_FOUND);
    EXPECT_EQ(Listed(), 0);
    EXPECT_TRUE(TryDelete(job.job_id()).ok());
    Restart();
  }
  // Nothing is left to answer from: it is computed again.
  const v1::Job again = Finished(request);
  EXPECT_NE(again.job_id(), job.job_id());
  EXPECT_EQ(again.state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(again.reason(), v1::JOB_REASON_UNSPECIFIED);
  EXPECT_EQ(workshop_.begun(), 4);
}

TEST_F(DeleteTest, ResultStaysWhileAnotherJobHasIt) {
  v1::CreateJobRequest request = MakeRequest(1);
  const v1::Job first = Finished(request);
  request.set_request_id("second");
  const v1::Job second = Finished(request);
  EXPECT_EQ(second.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  ASSERT_TRUE(TryDelete(first.job_id()).ok());
  v1::AlignmentResult result;
  EXPECT_TRUE(Result(second.job_id(), &result).ok());
  EXPECT_EQ(Tiles(Watch(second.job_id())).size(), 1U);
  request.set_request_id("third");
  EXPECT_EQ(Finished(request).reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_EQ(workshop_.begun(), 1);
}

TEST_F(DeleteTest, JobUnderWayIsRefused) {
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(1));
  const grpc::Status status = TryDelete(job.job_id());
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(ReasonOf(status), "JOB_NOT_ENDED");
  Cancel(job.job_id());
  EXPECT_TRUE(TryDelete(job.job_id()).ok());
}

TEST_F(DeleteTest, NearlyFullDiskStillReadsCancelsAndDeletes) {
  const v1::Job finished = Finished(MakeRequest(1));
  workshop_.SetPlan({900'000, 100, 1});
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(1, 21));
  const v1::CreateJobRequest refused = MakeRequest(1, 22);
  const v1::Upload upload = StartFor(bytes_);
  Stop();
  options_.disk_hard_mark_bytes = std::int64_t{1} << 60;
  Start();

  const grpc::Status status = TryCreate(refused);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "DISK_FULL");
  EXPECT_THAT(status.error_message(), HasSubstr("less is free than its hard mark of"));
  // To the byte only the log has it.
  EXPECT_THAT(status.error_message(), testing::Not(HasSubstr(" are free")));
  EXPECT_THAT(status.error_message(), HasSubstr("hard mark of 1048576 TiB"));
  EXPECT_EQ(DetailOf<v1::RetryInfo>(status, "RetryInfo").retry_delay().seconds(), 3600);
  v1::Upload written;
  const grpc::Status stopped = Write({Chunk(upload.upload_id(), bytes_, 0, 100)}, &written);
  EXPECT_EQ(stopped.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(stopped), "DISK_FULL");
  EXPECT_EQ(DetailOf<v1::RetryInfo>(stopped, "RetryInfo").retry_delay().seconds(), 3600);

  v1::AlignmentResult result;
  EXPECT_TRUE(Result(finished.job_id(), &result).ok());
  EXPECT_EQ(Watch(finished.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_EQ(Cancel(running.job_id()).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(TryDelete(running.job_id()).ok());
  EXPECT_TRUE(TryDelete(finished.job_id()).ok());
  EXPECT_EQ(Listed(), 0);
}

}  // namespace
}  // namespace brainalign
