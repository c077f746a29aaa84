#include <cmath>
#include <thread>

#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;

class WatchTest : public ServerTest {
 protected:
  WatchTest() {
    options_.heartbeat_seconds = 0.05;
    options_.max_watches = 3;
  }
  void SetUp() override { Start(); }
};

TEST_F(WatchTest, ResumesAfterAnySequenceWithoutGapsOrDoubles) {
  const v1::Job job = Create(MakeRequest(4));
  const auto all = Watch(job.job_id());
  ASSERT_EQ(all.size(), 7U);
  for (std::size_t after = 0; after <= all.size(); ++after) {
    const auto rest = Watch(job.job_id(), static_cast<std::int64_t>(after));
    ASSERT_EQ(rest.size(), all.size() - after);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      EXPECT_EQ(rest[i].SerializeAsString(), all[after + i].SerializeAsString());
    }
  }
  grpc::Status status;
  Watch(job.job_id(), 8, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  Watch(job.job_id(), -1, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(WatchTest, FollowsLiveAndBeatsWhileNothingHappens) {
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(2));
  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(job.job_id());
  auto reader = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse event;
  std::vector<std::int64_t> sequences;
  const auto next = [&] {
    while (reader->Read(&event)) {
      if (!event.has_heartbeat()) {
        sequences.push_back(event.sequence());
        return true;
      }
    }
    return false;
  };
  ASSERT_TRUE(next());
  ASSERT_TRUE(next());
  EXPECT_EQ(event.job().state(), v1::JOB_STATE_RUNNING);
  do {
    ASSERT_TRUE(reader->Read(&event));
  } while (!event.has_heartbeat());
  EXPECT_EQ(event.sequence(), 2);
  EXPECT_TRUE(std::isnan(event.heartbeat().remaining_seconds()) ||
              event.heartbeat().remaining_seconds() >= 0);
  EXPECT_LT(event.heartbeat().progress(), 1);
  workshop_.LetGo(1);
  ASSERT_TRUE(next());
  EXPECT_TRUE(event.has_tile());
  do {
    ASSERT_TRUE(reader->Read(&event));
  } while (!event.has_heartbeat());
  EXPECT_EQ(event.sequence(), 3);
  // One tile of two is done, and the last is under way.
  EXPECT_GE(event.heartbeat().progress(), 0.5);
  EXPECT_LT(event.heartbeat().progress(), 1);
  EXPECT_GE(event.heartbeat().remaining_seconds(), 0);
  workshop_.LetGo(1);
  ASSERT_TRUE(next());
  EXPECT_TRUE(event.has_tile());
  ASSERT_TRUE(next());
  EXPECT_EQ(event.job().state(), v1::JOB_STATE_SUCCEEDED);
  EXPECT_FALSE(next());
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_THAT(sequences, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(WatchTest, TooManyWatchesAreTurnedAwayUntilOneEnds) {
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(1));
  v1::WatchJobRequest request;
  request.set_job_id(job.job_id());
  std::vector<std::unique_ptr<Context>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::WatchJobResponse>>> readers;
  v1::WatchJobResponse event;
  for (int i = 0; i < 3; ++i) {
    contexts.push_back(std::make_unique<Context>());
    readers.push_back(jobs_->WatchJob(contexts.back().get(), request));
    ASSERT_TRUE(readers.back()->Read(&event));
  }
  grpc::Status status;
  Watch(job.job_id(), 0, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "TOO_MANY_CALLS");
  EXPECT_GT(DetailOf<v1::RetryInfo>(status, "RetryInfo").retry_delay().seconds(), 0);
  contexts[0]->TryCancel();
  workshop_.LetAllGo();
  do {
    Watch(job.job_id(), 0, &status);
  } while (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_TRUE(status.ok());
}

TEST_F(WatchTest, ShutdownEndsTheStreamWithUnavailable) {
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(2));
  ASSERT_TRUE(workshop_.AwaitBegun(2));
  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(job.job_id());
  auto reader = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse event;
  ASSERT_TRUE(reader->Read(&event));
  std::thread stopper([&] { server_->Shutdown(absl::Seconds(5)); });
  while (reader->Read(&event)) {
  }
  const grpc::Status status = reader->Finish();
  stopper.join();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "SHUTTING_DOWN");
}

}  // namespace
}  // namespace brainalign
