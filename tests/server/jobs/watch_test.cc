#include <chrono>
#include <cmath>
#include <thread>

#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

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
    auto rest = Watch(job.job_id(), static_cast<std::int64_t>(after));
    ASSERT_EQ(rest.size(), all.size() - after);
    for (std::size_t i = 0; i < rest.size(); ++i) {
      EXPECT_EQ(rest[i].has_streamed(), i == 0);
      rest[i].clear_streamed();
      v1::WatchJobResponse event = all[after + i];
      event.clear_streamed();
      EXPECT_EQ(rest[i].SerializeAsString(), event.SerializeAsString());
    }
  }
  grpc::Status status;
  Watch(job.job_id(), 8, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
  Watch(job.job_id(), -1, &status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::OUT_OF_RANGE);
}

TEST_F(WatchTest, EveryStreamBeginsWithTheNamesAndTimesOfTheMatrix) {
  const v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job job = Create(request);
  const auto all = Watch(job.job_id());
  for (const std::int64_t after : {std::int64_t{0}, std::int64_t{1}}) {
    const v1::StreamedArrays streamed = Watch(job.job_id(), after).front().streamed();
    const v1::Axis layer = AxisOf(streamed, "layer");
    ASSERT_EQ(layer.size(), 2);
    ASSERT_EQ(layer.labels_size(), 2);
    ASSERT_EQ(layer.values_size(), 2);
    for (int l = 0; l < 2; ++l) {
      EXPECT_EQ(layer.labels(l), request.spec().layers(l).name());
      EXPECT_EQ(layer.values(l), request.spec().layers(l).relative_depth());
    }
    EXPECT_THAT(AxisOf(streamed, "time").values(),
                ElementsAreArray(request.spec().brain().times_seconds()));
    EXPECT_EQ(AxisOf(streamed, "fold").size(), 5);
    EXPECT_EQ(AxisOf(streamed, "alpha").values_size(), 13);
    ASSERT_EQ(streamed.arrays_size(), 3);
    EXPECT_EQ(streamed.arrays(0).name(), "score");
    EXPECT_THAT(streamed.arrays(0).axes(), ElementsAre("layer", "time"));
    EXPECT_THAT(streamed.arrays(1).axes(), ElementsAre("fold", "layer", "time"));
    EXPECT_THAT(streamed.arrays(1).shape(), ElementsAre(5, 2, 4));
    EXPECT_TRUE(streamed.arrays(2).boxes_add());
  }
}

TEST_F(WatchTest, BeatsAlsoWhileTilesComeMoreOftenThanItBeats) {
  options_.heartbeat_seconds = 0.2;
  Restart();
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(40));
  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(job.job_id());
  auto reader = jobs_->WatchJob(&context, request);
  std::thread worker([&] {
    for (int i = 0; i < 40; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
      workshop_.LetGo(1);
    }
    workshop_.LetAllGo();
  });
  int beats = 0;
  v1::WatchJobResponse event;
  while (reader->Read(&event)) {
    if (event.has_heartbeat()) ++beats;
  }
  worker.join();
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_GE(beats, 4);
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
  EXPECT_GE(event.heartbeat().remaining_seconds(), 0);  // also where it is not known
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
