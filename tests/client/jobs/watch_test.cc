#include "client/jobs/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "core/result/array.h"
#include "tests/client/fakes/fake_clock.h"
#include "tests/client/fakes/fake_server.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// queued, running, `tiles` tiles of one layer each, and the end.
void WriteLife(FakeJobService& jobs, int tiles, v1::JobState last) {
  const auto add_job = [&jobs](v1::JobState state) {
    v1::WatchJobResponse event;
    event.set_sequence(static_cast<std::int64_t>(jobs.events.size()) + 1);
    event.mutable_job()->set_job_id("job-1");
    event.mutable_job()->set_state(state);
    jobs.events.push_back(event);
  };
  add_job(v1::JOB_STATE_QUEUED);
  add_job(v1::JOB_STATE_RUNNING);
  for (int i = 0; i < tiles; ++i) {
    v1::WatchJobResponse event;
    event.set_sequence(static_cast<std::int64_t>(jobs.events.size()) + 1);
    event.mutable_tile()->set_tile(i);
    v1::ArrayBox& box = *event.mutable_tile()->add_boxes();
    box.set_array("score");
    box.add_begin(i);
    box.add_begin(0);
    box.add_count(1);
    box.add_count(2);
    box.set_data(ToBytes({0.5, static_cast<double>(i)}, DType::kF64));
    event.mutable_tile()->add_boxes()->set_array("of a newer server");
    jobs.events.push_back(event);
  }
  add_job(last);
}

class WatchTest : public testing::Test {
 protected:
  absl::StatusOr<Job> Watch(std::int64_t after_sequence = 0) {
    const std::unique_ptr<Connection> connection = server_.Connect(clock_);
    WatchCallbacks callbacks;
    callbacks.on_job = [this](const Job& job) { states_.push_back(job.state); };
    callbacks.on_tile = [this](const TileScores& tile) {
      tiles_.push_back(tile.index);
      EXPECT_EQ(tile.tile, (Tile{tile.index, 1, 0, 2}));
      EXPECT_THAT(tile.score, ElementsAre(0.5, tile.index));
    };
    callbacks.on_break = [this](const absl::Status& status, double) {
      breaks_.push_back(status.code());
    };
    return WatchJob(*connection, "job-1", after_sequence, callbacks);
  }

  FakeServer server_;
  FakeClock clock_;
  std::vector<JobState> states_;
  std::vector<int> tiles_;
  std::vector<absl::StatusCode> breaks_;
};

TEST_F(WatchTest, StateThatOnlyANewerClientKnowsEndsTheWatchWithTheReason) {
  WriteLife(server_.jobs, 1, static_cast<v1::JobState>(7));
  const absl::StatusOr<Job> job = Watch();
  EXPECT_EQ(job.status().code(), absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(job.status().message()), testing::HasSubstr("job state 7"));
  EXPECT_THAT(breaks_, IsEmpty());
}

TEST_F(WatchTest, DeliversALifeInOrder) {
  WriteLife(server_.jobs, 3, v1::JOB_STATE_SUCCEEDED);
  const absl::StatusOr<Job> job = Watch();
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state, JobState::kSucceeded);
  EXPECT_THAT(states_, ElementsAre(JobState::kQueued, JobState::kRunning, JobState::kSucceeded));
  EXPECT_THAT(tiles_, ElementsAre(0, 1, 2));
  EXPECT_THAT(breaks_, IsEmpty());
}

TEST_F(WatchTest, BreakAfterAnyEventLosesNothingAndRepeatsNothing) {
  WriteLife(server_.jobs, 4, v1::JOB_STATE_SUCCEEDED);
  const int events = static_cast<int>(server_.jobs.events.size());
  for (int cut = 0; cut < events; ++cut) {
    for (const grpc::StatusCode code : {grpc::StatusCode::UNAVAILABLE, grpc::StatusCode::OK}) {
      states_.clear();
      tiles_.clear();
      breaks_.clear();
      server_.jobs.BreakWatch(cut, code);
      const absl::StatusOr<Job> job = Watch();
      ASSERT_TRUE(job.ok()) << job.status();
      EXPECT_THAT(tiles_, ElementsAre(0, 1, 2, 3)) << "cut after " << cut;
      EXPECT_EQ(states_.size(), 3u);
      EXPECT_THAT(breaks_, ElementsAre(absl::StatusCode::kUnavailable));
      EXPECT_EQ(server_.jobs.after_sequences().back(), cut);
    }
  }
}

TEST_F(WatchTest, RepeatedEventIsNotDeliveredTwice) {
  WriteLife(server_.jobs, 3, v1::JOB_STATE_SUCCEEDED);
  server_.jobs.RepeatLastEvent();
  ASSERT_TRUE(Watch(/*after_sequence=*/3).ok());
  EXPECT_THAT(tiles_, ElementsAre(1, 2));
}

TEST_F(WatchTest, GapIsAskedForAgain) {
  WriteLife(server_.jobs, 3, v1::JOB_STATE_SUCCEEDED);
  server_.jobs.SkipFirstEvent();
  ASSERT_TRUE(Watch(/*after_sequence=*/2).ok());
  EXPECT_THAT(tiles_, ElementsAre(0, 1, 2));
  EXPECT_THAT(server_.jobs.after_sequences(), ElementsAre(2, 2));
}

TEST_F(WatchTest, FailedJobIsReturnedAsSuch) {
  WriteLife(server_.jobs, 1, v1::JOB_STATE_FAILED);
  server_.jobs.events.back().mutable_job()->set_message("The matrix is singular.");
  server_.jobs.events.back().mutable_job()->set_reason(v1::JOB_REASON_COMPUTATION_FAILED);
  const absl::StatusOr<Job> job = Watch();
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state, JobState::kFailed);
  EXPECT_EQ(job->reason, JobReason::kComputationFailed);
  EXPECT_EQ(job->message, "The matrix is singular.");
}

TEST_F(WatchTest, AxesAndTheQueueAreTold) {
  WriteLife(server_.jobs, 1, v1::JOB_STATE_SUCCEEDED);
  v1::WatchJobResponse& first = server_.jobs.events.front();
  v1::Axis& layer = *first.mutable_streamed()->add_axes();
  layer.set_name("layer");
  layer.add_labels("h.0");
  layer.add_values(0.5);
  v1::Axis& time = *first.mutable_streamed()->add_axes();
  time.set_name("time");
  time.add_values(0.25);
  v1::WatchJobResponse beat;
  beat.set_sequence(1);
  beat.mutable_heartbeat()->set_queue_place(3);
  beat.mutable_heartbeat()->set_expected_start_seconds(20);
  server_.jobs.events.insert(server_.jobs.events.begin() + 1, beat);
  std::vector<std::string> told;
  WatchCallbacks callbacks;
  callbacks.on_axes = [&](const MatrixAxes& axes) {
    EXPECT_THAT(axes.layer_names, ElementsAre("h.0"));
    EXPECT_THAT(axes.depth, ElementsAre(0.5));
    EXPECT_THAT(axes.times_seconds, ElementsAre(0.25));
    told.emplace_back("axes");
  };
  callbacks.on_job = [&](const Job& job) { told.emplace_back(Name(job.state)); };
  callbacks.on_wait = [&](int place, double seconds) {
    EXPECT_EQ(place, 3);
    EXPECT_EQ(seconds, 20);
    told.emplace_back("wait");
  };
  const std::unique_ptr<Connection> connection = server_.Connect(clock_);
  ASSERT_TRUE(WatchJob(*connection, "job-1", 0, callbacks).ok());
  EXPECT_THAT(told, ElementsAre("axes", "queued", "wait", "running", "succeeded"));
}

TEST_F(WatchTest, WatchAfterTheEndReturnsTheJob) {
  WriteLife(server_.jobs, 1, v1::JOB_STATE_SUCCEEDED);
  const absl::StatusOr<Job> job = Watch(/*after_sequence=*/4);
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->state, JobState::kSucceeded);
  EXPECT_THAT(states_, IsEmpty());
}

TEST_F(WatchTest, ServerThatStaysAwayIsGivenUp) {
  WriteLife(server_.jobs, 1, v1::JOB_STATE_SUCCEEDED);
  for (int i = 0; i < 100; ++i) server_.jobs.BreakWatch(0, grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(Watch().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(server_.jobs.after_sequences().size(), 40u);
}

TEST_F(WatchTest, GoesOnAfterTheServerEndedTheStreamOfAClientThatSlept) {
  WriteLife(server_.jobs, 3, v1::JOB_STATE_SUCCEEDED);
  server_.jobs.BreakWatch(2, grpc::StatusCode::CANCELLED);
  const absl::StatusOr<Job> job = Watch();
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_THAT(tiles_, ElementsAre(0, 1, 2));
}

TEST_F(WatchTest, TileThatDoesNotFitItsShapeIsAnError) {
  WriteLife(server_.jobs, 1, v1::JOB_STATE_SUCCEEDED);
  server_.jobs.events[2].mutable_tile()->mutable_boxes(0)->set_count(1, 3);
  EXPECT_EQ(Watch().status().code(), absl::StatusCode::kInternal);
  EXPECT_THAT(tiles_, IsEmpty());
}

}  // namespace
}  // namespace brainalign
