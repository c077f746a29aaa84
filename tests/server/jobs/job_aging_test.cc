// Jobs that have ended do not stay for ever.
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/access/access_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class JobAgingTest : public AccessTest {
 protected:
  void Restart() {
    ServerTest::Restart();
    As(ada_);
    AwaitIn();
  }
  // Asks for the same again, which is answered from the cache.
  v1::Job Again(v1::CreateJobRequest request, int number) {
    request.set_request_id(absl::StrCat("again-", number));
    return Create(request);
  }
};

TEST_F(JobAgingTest, AJobIsRemovedLongAfterItsEnd) {
  options_.keep_jobs_seconds = 30 * 86400;
  Restart();
  const v1::Job old = Create(MakeRequest(1, 20));
  Watch(old.job_id());
  now_seconds_ += 20 * 86400;
  const v1::Job younger = Create(MakeRequest(1, 30));
  Watch(younger.job_id());
  now_seconds_ += 11 * 86400;
  Await([&] { return Listed().size() < 2; });
  EXPECT_THAT(Listed(), ElementsAre(younger.job_id()));
  v1::AlignmentResult result;
  EXPECT_EQ(Result(old.job_id(), &result).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_TRUE(Result(younger.job_id(), &result).ok());
}

TEST_F(JobAgingTest, AJobThatHasNotEndedStays) {
  options_.keep_jobs_seconds = 86400;
  Restart();
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(1, 20));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  now_seconds_ += 100 * 86400;
  const v1::Job other = Create(MakeRequest(1, 30));
  Cancel(other.job_id());
  now_seconds_ += 2 * 86400;
  Await([&] { return Listed().size() < 2; });
  EXPECT_THAT(Listed(), ElementsAre(job.job_id()));
  workshop_.LetAllGo();
}

TEST_F(JobAgingTest, AnswersFromTheCacheDoNotMakeJobsWithoutEnd) {
  options_.keep_jobs = 100;
  Restart();
  const v1::CreateJobRequest request = MakeRequest(1, 20);
  const std::string oldest = Create(request).job_id();
  Watch(oldest);
  // A tenth more than the limit may be there until the oldest are removed.
  grpc::Status refused;
  int made = 1;
  for (; made < 300 && refused.ok(); ++made) {
    v1::CreateJobRequest again = request;
    again.set_request_id(absl::StrCat("again-", made));
    refused = TryCreate(again);
  }
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << made;
  EXPECT_EQ(ReasonOf(refused), "QUOTA_JOBS");
  EXPECT_THAT(refused.error_message(), HasSubstr("100 are kept per project"));
  EXPECT_GT(DetailOf<v1::RetryInfo>(refused, "RetryInfo").retry_delay().seconds(), 0);
  now_seconds_ += 120;
  v1::AlignmentResult result;
  Await([&] { return Result(oldest, &result).error_code() == grpc::StatusCode::NOT_FOUND; });
  // The newest stay, and the result that they share.
  const v1::Job newest = Again(request, 1000);
  EXPECT_EQ(newest.reason(), v1::JOB_REASON_SERVED_FROM_CACHE);
  EXPECT_TRUE(Result(newest.job_id(), &result).ok());
  // Another project's jobs are not counted with these.
  As(other_);
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_TRUE(TryCreate(MakeRequest(1, 20)).ok());
}

TEST_F(JobAgingTest, WhatIsKeptIsCountedAnewAfterARestart) {
  options_.keep_jobs = 100;
  Restart();
  const v1::CreateJobRequest request = MakeRequest(1, 20);
  Watch(Create(request).job_id());
  for (int i = 0; i < 60; ++i) Again(request, i);
  Restart();
  int made = 61;
  for (; made < 300; ++made) {
    v1::CreateJobRequest again = request;
    again.set_request_id(absl::StrCat("again-", made));
    if (!TryCreate(again).ok()) break;
  }
  EXPECT_LE(made, 111);
}

}  // namespace
}  // namespace brainalign
