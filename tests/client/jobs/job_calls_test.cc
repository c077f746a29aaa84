#include "client/jobs/job_calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "tests/client/fakes/fake_clock.h"
#include "tests/client/fakes/fake_server.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

TEST(CreateJobTest, RequestIdIsKeptAcrossTries) {
  FakeServer server;
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  for (int i = 0; i < 3; ++i) {
    server.jobs.RefuseCreate(grpc::Status(grpc::StatusCode::UNAVAILABLE, "away"));
  }
  const absl::StatusOr<Job> job = CreateJob(*connection, JobRequest());
  ASSERT_TRUE(job.ok()) << job.status();
  EXPECT_EQ(job->job_id, "job-1");
  const std::vector<std::string> ids = server.jobs.request_ids();
  ASSERT_EQ(ids.size(), 4u);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 1u);
  EXPECT_THAT(ids[0], MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-"
                                   "[0-9a-f]{12}"));
}

TEST(CreateJobTest, EachRequestHasAnIdOfItsOwn) { EXPECT_NE(NewRequestId(), NewRequestId()); }

TEST(CreateJobTest, RefusalIsReturnedAtOnce) {
  FakeServer server;
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.jobs.RefuseCreate(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "folds is 1."));
  const absl::StatusOr<Job> job = CreateJob(*connection, JobRequest());
  EXPECT_EQ(job.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(job.status().message(), "folds is 1.");
  EXPECT_TRUE(clock.sleeps_seconds.empty());
}

TEST(CreateJobTest, AnOptionThatTheServerIgnoresStopsTheJob) {
  FakeServer server;
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  server.jobs.unknown_options = {"where", "detrend"};
  EXPECT_TRUE(CreateJob(*connection, JobRequest()).ok());
  EXPECT_TRUE(server.jobs.cancelled().empty());
  JobRequest request;
  request.options.where = "pos = NOUN";
  const absl::Status refused = CreateJob(*connection, request).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("version 9.8.7, is too old for options.where, and ignores it. The job "
                        "job-1 was cancelled."));
  EXPECT_THAT(server.jobs.cancelled(), testing::ElementsAre("job-1"));
}

TEST(ListJobsTest, FollowsPagesUpToTheLimit) {
  FakeServer server;  // pages of 3 at most
  FakeClock clock;
  const std::unique_ptr<Connection> connection = server.Connect(clock);
  for (int i = 0; i < 8; ++i) {
    v1::Job job;
    job.set_job_id(absl::StrCat("job-", i));
    server.jobs.jobs.push_back(job);
  }
  EXPECT_EQ(ListJobs(*connection, {}, 0)->size(), 8u);
  EXPECT_EQ(ListJobs(*connection, {}, 8)->size(), 8u);
  EXPECT_EQ(ListJobs(*connection, {}, 4)->size(), 4u);
  EXPECT_EQ(ListJobs(*connection, {}, 4)->back().job_id, "job-3");
}

TEST(ConnectionTest, NobodyThereIsToldWithTheAddress) {
  std::string address;
  {
    const FakeServer server;
    address = server.address();
  }
  FakeClock clock;
  ConnectionOptions options;
  options.address = address;
  options.clock = &clock;
  const absl::Status status = Connection::Open(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr(address));
}

TEST(ConnectionTest, AddressWithoutAPortIsRefused) {
  for (const std::string address : {"", "lab", "lab:", ":7733"}) {
    ConnectionOptions options;
    options.address = address;
    EXPECT_EQ(Connection::Open(options).status().code(), absl::StatusCode::kInvalidArgument)
        << address;
  }
}

}  // namespace
}  // namespace brainalign
