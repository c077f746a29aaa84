// The rules of the schedule, as people at a server meet them.
#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "server/store/changes.h"
#include "server/store/store.h"
#include "tests/server/access/access_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class FairnessTest : public AccessTest {
 protected:
  void SetUp() override {
    options_.max_running_jobs = 2;
    AccessTest::SetUp();
    workshop_.Hold();
  }
  // Jobs are told from each other by how many words they have.
  v1::Job Submit(const std::string& token, std::int64_t words) {
    As(token);
    v1::Job job = Create(MakeRequest(1, words));
    token_of_[job.job_id()] = token;
    return job;
  }
  void AwaitPlace(const v1::Job& job, int place) {
    Await([&] { return Get(job.job_id()).queue_place() == place; });
  }
  void LetAllEnd(const std::vector<v1::Job>& jobs) {
    workshop_.LetAllGo();
    for (const v1::Job& job : jobs) {
      As(token_of_.at(job.job_id()));
      EXPECT_EQ(Watch(job.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
    }
  }

  std::map<std::string, std::string> token_of_;  // by job
};

TEST_F(FairnessTest, NextPersonDoesNotWaitForTheManyJobsOfAnother) {
  std::vector<v1::Job> jobs;
  for (int i = 0; i < 6; ++i) jobs.push_back(Submit(ada_, 20 + i));
  ASSERT_TRUE(workshop_.AwaitBegun(2));
  EXPECT_THAT(workshop_.begun_words(), UnorderedElementsAre(20, 21));
  jobs.push_back(Submit(bob_, 40));
  AwaitPlace(jobs.back(), 1);
  workshop_.LetGo(1);
  ASSERT_TRUE(workshop_.AwaitBegun(3));
  EXPECT_EQ(workshop_.begun_words()[2], 40);
  LetAllEnd(jobs);
}

// What each has had, across restarts.
class RememberedShareTest : public FairnessTest {
 protected:
  // While the server is stopped.
  std::unique_ptr<brainalign::Store> OpenStore() const {
    auto database = Database::Open(options_.data_folder + "/db");
    EXPECT_TRUE(database.ok()) << database.status();
    return std::make_unique<brainalign::Store>(*std::move(database));
  }
};

TEST_F(RememberedShareTest, IsStoredWithWhatEnds) {
  workshop_.LetAllGo();
  EXPECT_EQ(Watch(Submit(ada_, 20).job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  CrashAndRestart();
  Stop();
  const auto shares = OpenStore()->FindShares();
  ASSERT_TRUE(shares.ok() && shares->has_value()) << shares.status();
  const auto ada = std::find_if((*shares)->begin(), (*shares)->end(), [](const Share& share) {
    return share.path == std::vector<std::string>{"lab", "ada"};
  });
  ASSERT_NE(ada, (*shares)->end());
  EXPECT_GT(ada->had_seconds, 0);
}

TEST_F(RememberedShareTest, WhoHadMoreComesLater) {
  Stop();
  options_.max_running_jobs = 1;
  Start();
  std::vector<v1::Job> jobs = {Submit(other_, 50)};
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  jobs.push_back(Submit(ada_, 21));
  jobs.push_back(Submit(bob_, 40));
  Stop();
  Change change;
  AddShares({{{}, 0, 500, true},
             {{"lab"}, 1000, 600, true},
             {{"lab", "ada"}, 700, 700, true},
             {{"lab", "bob"}, 300, 300, true}},
            change);
  ASSERT_TRUE(OpenStore()->Commit(change).ok());
  Start();
  LetAllEnd(jobs);
  std::vector<std::int64_t> begun = workshop_.begun_words();
  begun.erase(begin(begun));  // before the restart
  std::erase(begun, 50);
  EXPECT_THAT(begun, ElementsAre(40, 21));
}

TEST_F(FairnessTest, TellsPlaceStartAndEndOfWhatWaits) {
  Alignment::Plan plan{1000, 100, 100};
  plan.opening.single_operations = 1e15;  // minutes, on any machine
  workshop_.SetPlan(plan);
  std::vector<v1::Job> jobs;
  for (int i = 0; i < 4; ++i) jobs.push_back(Submit(ada_, 20 + i));
  ASSERT_TRUE(workshop_.AwaitBegun(2));
  AwaitPlace(jobs[2], 1);
  AwaitPlace(jobs[3], 2);
  const v1::Job first = Get(jobs[2].job_id());
  const v1::Job second = Get(jobs[3].job_id());
  EXPECT_GT(first.expected_end_seconds(), first.expected_start_seconds() + 1);
  EXPECT_GE(second.expected_start_seconds() + 1, first.expected_start_seconds());
  EXPECT_EQ(Get(jobs[0].job_id()).queue_place(), 0);

  Context context;
  v1::WatchJobRequest request;
  request.set_job_id(jobs[3].job_id());
  auto reader = jobs_->WatchJob(&context, request);
  v1::WatchJobResponse event;
  do {
    ASSERT_TRUE(reader->Read(&event));
  } while (!event.has_heartbeat());
  EXPECT_EQ(event.heartbeat().queue_place(), 2);
  EXPECT_GT(event.heartbeat().remaining_seconds(), 1);
  context.TryCancel();
  reader->Finish();

  LetAllEnd(jobs);
  const v1::Job ended = Get(jobs[3].job_id());
  EXPECT_EQ(ended.queue_place(), 0);
  EXPECT_EQ(ended.expected_end_seconds(), 0);
}

TEST_F(FairnessTest, ProjectAtItsLimitOfRunningJobsKeepsNobodyElseWaiting) {
  Stop();
  options_.quota_running_jobs = 1;
  Start();
  std::vector<v1::Job> jobs = {Submit(ada_, 20), Submit(bob_, 21), Submit(other_, 50)};
  ASSERT_TRUE(workshop_.AwaitBegun(2));
  EXPECT_THAT(workshop_.begun_words(), UnorderedElementsAre(20, 50));
  LetAllEnd(jobs);
}

TEST_F(FairnessTest, SmallJobPassesABigOneThatWaitsForMemory) {
  workshop_.SetPlan({600'000, 100, 100});
  std::vector<v1::Job> jobs = {Submit(ada_, 20)};
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  jobs.push_back(Submit(ada_, 21));
  As(ada_);
  EXPECT_EQ(
      ServerTest::Await(jobs[1].job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_WAITING_FOR_MEMORY)
          .reason(),
      v1::JOB_REASON_WAITING_FOR_MEMORY);
  workshop_.SetPlan({1000, 100, 100});
  jobs.push_back(Submit(ada_, 22));
  ASSERT_TRUE(workshop_.AwaitBegun(2));
  EXPECT_THAT(workshop_.begun_words(), ElementsAre(20, 22));
  LetAllEnd(jobs);
}

}  // namespace
}  // namespace brainalign
