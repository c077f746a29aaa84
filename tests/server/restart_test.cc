#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

class RestartTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  // States of the job events, with the reasons of those that have one.
  static std::vector<std::string> States(const std::vector<v1::WatchJobResponse>& events) {
    std::vector<std::string> states;
    for (const auto& event : events) {
      if (!event.has_job()) continue;
      std::string state = v1::JobState_Name(event.job().state()).substr(sizeof("JOB_STATE"));
      if (event.job().reason() != v1::JOB_REASON_UNSPECIFIED) {
        absl::StrAppend(&state, " ",
                        v1::JobReason_Name(event.job().reason()).substr(sizeof("JOB_REASON")));
      }
      states.push_back(std::move(state));
    }
    return states;
  }

  // Lets one tile of a new job of three be finished, and the rest be held.
  v1::Job OneOfThree() {
    workshop_.Hold();
    const v1::Job job = Create(MakeRequest(3));
    workshop_.LetGo(1);
    EXPECT_TRUE(workshop_.AwaitBegun(3));
    while (Get(job.job_id()).tiles_done() == 0) {
    }
    return job;
  }
};

TEST_F(RestartTest, CleanStopKeepsFinishedTilesAndCountsNoCrash) {
  const v1::Job job = OneOfThree();
  for (int time = 0; time < 4; ++time) {
    Restart();  // more often than crashes are forgiven
    ASSERT_TRUE(workshop_.AwaitBegun(3 + 2 * (time + 1)));
  }
  workshop_.LetAllGo();
  const auto events = Watch(job.job_id());
  EXPECT_THAT(States(events),
              ElementsAre("QUEUED", "RUNNING", "QUEUED SERVER_RESTARTED", "RUNNING",
                          "QUEUED SERVER_RESTARTED", "RUNNING", "QUEUED SERVER_RESTARTED",
                          "RUNNING", "QUEUED SERVER_RESTARTED", "RUNNING", "SUCCEEDED"));
  EXPECT_THAT(Tiles(events), UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(events.back().job().attempt(), 5);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].sequence(), static_cast<std::int64_t>(i) + 1);
  }
  v1::AlignmentResult result;
  ASSERT_TRUE(Result(job.job_id(), &result).ok());
  EXPECT_THAT(Values(result, "score"), ElementsAre(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23));
}

TEST_F(RestartTest, CrashKeepsFinishedTilesAndWatchersGoOn) {
  const v1::Job job = OneOfThree();
  const std::int64_t seen = Get(job.job_id()).sequence();
  CrashAndRestart();
  const int begun = workshop_.begun();
  workshop_.LetAllGo();
  const auto rest = Watch(job.job_id(), seen);
  EXPECT_EQ(rest.front().sequence(), seen + 1);
  EXPECT_THAT(States(rest), ElementsAre("QUEUED SERVER_RESTARTED", "RUNNING", "SUCCEEDED"));
  EXPECT_EQ(Tiles(rest).size(), 2U);
  EXPECT_LE(workshop_.begun() - begun, 2);
  EXPECT_EQ(rest.back().job().attempt(), 2);
  EXPECT_THAT(Tiles(Watch(job.job_id())), UnorderedElementsAre(0, 1, 2));
}

TEST_F(RestartTest, JobThatTakesTheServerWithItIsGivenUp) {
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(1));
  Await(job.job_id(), v1::JOB_STATE_RUNNING);
  for (int crash = 0; crash < 3; ++crash) {
    CrashAndRestart();
    if (crash < 2) {
      EXPECT_EQ(Get(job.job_id()).attempt(), crash + 2);
    }
  }
  const v1::Job failed = Get(job.job_id());
  EXPECT_EQ(failed.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(failed.reason(), v1::JOB_REASON_TOO_MANY_ATTEMPTS);
  EXPECT_EQ(failed.attempt(), 3);
  EXPECT_THAT(failed.message(), HasSubstr("3 times"));
  Restart();
  EXPECT_EQ(Get(job.job_id()).state(), v1::JOB_STATE_FAILED);
}

TEST_F(RestartTest, JobsBesideOneThatTakesTheServerWithItAreNotGivenUp) {
  workshop_.Hold();
  const v1::Job poison = Create(MakeRequest(1, 20));
  std::vector<v1::Job> innocent;
  for (int i = 0; i < 3; ++i) innocent.push_back(Create(MakeRequest(1, 30 + i)));
  for (int crash = 1; crash <= 2; ++crash) {
    for (const v1::Job& job : innocent) Await(job.job_id(), v1::JOB_STATE_RUNNING);
    CrashAndRestart();
  }
  // Each has one try left, and makes it alone.
  Await(poison.job_id(), v1::JOB_STATE_RUNNING);
  const v1::Job late = Create(MakeRequest(1, 40));
  EXPECT_EQ(late.state(), v1::JOB_STATE_QUEUED);
  for (const v1::Job& job : innocent) EXPECT_EQ(Get(job.job_id()).state(), v1::JOB_STATE_QUEUED);
  CrashAndRestart();
  EXPECT_EQ(Get(poison.job_id()).reason(), v1::JOB_REASON_TOO_MANY_ATTEMPTS);
  int running = 0;
  for (const v1::Job& job : innocent) {
    running += Get(job.job_id()).state() == v1::JOB_STATE_RUNNING ? 1 : 0;
  }
  EXPECT_LE(running, 1);
  workshop_.LetAllGo();
  innocent.push_back(late);
  for (const v1::Job& job : innocent) {
    EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  }
}

TEST_F(RestartTest, QueueKeepsItsOrder) {
  workshop_.SetPlan({900'000, 100, 100});
  workshop_.Hold();
  std::vector<v1::Job> jobs;
  for (int i = 0; i < 4; ++i) jobs.push_back(Create(MakeRequest(1, 20 + i)));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  CrashAndRestart();
  ASSERT_TRUE(workshop_.AwaitBegun(2));  // before it is stopped again
  Restart();
  EXPECT_EQ(Get(jobs[3].job_id()).state(), v1::JOB_STATE_QUEUED);
  ASSERT_TRUE(workshop_.AwaitBegun(3));
  workshop_.LetAllGo();
  for (const v1::Job& job : jobs) {
    EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  }
  EXPECT_THAT(workshop_.begun_words(), ElementsAre(20, 20, 20, 21, 22, 23));
}

TEST_F(RestartTest, CancelledJobStaysCancelled) {
  const v1::Job job = OneOfThree();
  Cancel(job.job_id());
  const int begun = workshop_.begun();
  CrashAndRestart();
  EXPECT_EQ(Get(job.job_id()).state(), v1::JOB_STATE_CANCELLED);
  v1::GetServerInfoResponse info;
  Context context;
  ASSERT_TRUE(info_->GetServerInfo(&context, {}, &info).ok());
  EXPECT_EQ(info.jobs_queued() + info.jobs_running(), 0);
  EXPECT_EQ(workshop_.begun(), begun);
}

TEST_F(RestartTest, JoinedJobsFollowThroughACrash) {
  workshop_.Hold();
  v1::CreateJobRequest request = MakeRequest(2);
  const v1::Job first = Create(request);
  request.set_request_id("second");
  const v1::Job second = Create(request);
  Await(first.job_id(), v1::JOB_STATE_RUNNING);
  CrashAndRestart();
  request.set_request_id("third");
  const v1::Job third = Create(request);
  EXPECT_EQ(third.reason(), v1::JOB_REASON_JOINED);
  workshop_.LetAllGo();
  for (const auto& job : {first, second, third}) {
    EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  }
}

TEST_F(RestartTest, BudgetThatShrankFailsWhatNoLongerFits) {
  workshop_.SetPlan({900'000, 100, 100});
  workshop_.Hold();
  const v1::Job job = Create(MakeRequest(1));
  Stop();
  options_.memory_budget_bytes = 100'000;
  Start();
  const v1::Job failed = Get(job.job_id());
  EXPECT_EQ(failed.state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(failed.message(), HasSubstr("100000"));
}

}  // namespace
}  // namespace brainalign
