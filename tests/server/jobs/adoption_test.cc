// An executor that goes on while the server is down: what it computes is neither lost nor taken
// twice.
#include "gmock/gmock.h"
#include "tests/server/fakes/far_site.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

class AdoptionTest : public ServerTest {
 protected:
  AdoptionTest() {
    make_executor_ = [this] { return site_.Connect(); };
  }
  ~AdoptionTest() override { Stop(); }

  void SetUp() override { Start(); }

  // A job of three tiles, of which the server has one.
  v1::Job OneOfThree() {
    const v1::Job job = Create(MakeRequest(3));
    site_.LetGo(1);
    EXPECT_TRUE(site_.AwaitAnswered(1));
    EXPECT_EQ(Get(job.job_id()).tiles_done(), 1);
    return job;
  }

  // It ran through: each tile was told once, and the events have no gap.
  void ExpectWhole(const v1::Job& job, const std::vector<v1::JobState>& states) {
    const auto events = Watch(job.job_id());
    std::vector<v1::JobState> seen;
    for (std::size_t i = 0; i < events.size(); ++i) {
      EXPECT_EQ(events[i].sequence(), static_cast<std::int64_t>(i) + 1);
      if (events[i].has_job()) seen.push_back(events[i].job().state());
    }
    EXPECT_EQ(seen, states);
    EXPECT_THAT(Tiles(events), UnorderedElementsAre(0, 1, 2));
    v1::AlignmentResult result;
    ASSERT_TRUE(Result(job.job_id(), &result).ok());
    EXPECT_THAT(Values(result, "score"), ElementsAre(0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23));
  }

  FarSite site_;
};

constexpr auto kQueued = v1::JOB_STATE_QUEUED;
constexpr auto kRunning = v1::JOB_STATE_RUNNING;
constexpr auto kSucceeded = v1::JOB_STATE_SUCCEEDED;

TEST_F(AdoptionTest, HostAssemblesWhatIsComputedElsewhere) {
  site_.LetAllGo();
  const v1::Job job = Create(MakeRequest(3));
  ExpectWhole(job, {kQueued, kRunning, kSucceeded});
  EXPECT_EQ(workshop_.begun(), 0);  // nothing was computed here
  EXPECT_EQ(site_.computed(), 3);
}

TEST_F(AdoptionTest, CleanStopLetsGoAndTheNextServerTakesUpWhatWasComputedMeanwhile) {
  const v1::Job job = OneOfThree();
  Stop();
  site_.LetGo(1);
  ASSERT_TRUE(site_.AwaitComputed(2));
  Start();
  ASSERT_TRUE(site_.AwaitAnswered(2));
  EXPECT_EQ(Get(job.job_id()).tiles_done(), 2);
  site_.LetAllGo();
  ExpectWhole(job, {kQueued, kRunning, kSucceeded});
  EXPECT_EQ(Get(job.job_id()).attempt(), 1);
  EXPECT_EQ(site_.started(), 1);
  EXPECT_EQ(site_.adopted(), 1);
  EXPECT_EQ(site_.computed(), 3);
}

TEST_F(AdoptionTest, EndThatNobodyHeardIsHeardByTheNextServer) {
  const v1::Job job = OneOfThree();
  Stop();
  site_.LetGo(2);
  ASSERT_TRUE(site_.AwaitComputed(3));
  Start();
  ExpectWhole(job, {kQueued, kRunning, kSucceeded});
  EXPECT_EQ(site_.started(), 1);
}

TEST_F(AdoptionTest, CrashOfTheServerIsNoneOfTheExecution) {
  const v1::Job job = OneOfThree();
  for (int crash = 0; crash < 4; ++crash) CrashAndRestart();  // more than are forgiven
  EXPECT_EQ(Get(job.job_id()).state(), kRunning);
  site_.LetAllGo();
  ExpectWhole(job, {kQueued, kRunning, kSucceeded});
  EXPECT_EQ(Get(job.job_id()).attempt(), 1);
  EXPECT_EQ(site_.started(), 1);
  EXPECT_EQ(site_.adopted(), 4);
}

TEST_F(AdoptionTest, UnknownHandleIsACrashAndTilesOfTheOldAttemptAreRefused) {
  const v1::Job job = OneOfThree();
  site_.LoseHandles();
  CrashAndRestart();
  Await(job.job_id(), kQueued, v1::JOB_REASON_SERVER_RESTARTED);
  Await(job.job_id(), kRunning);
  EXPECT_EQ(site_.adopted(), 0);
  // The old attempt goes on and reports its second tile.
  site_.LetGo(1);
  ASSERT_TRUE(site_.AwaitComputed(2));
  site_.SpeakUp();
  ASSERT_TRUE(site_.AwaitAnswered(2));
  EXPECT_EQ(site_.refused(), 1);
  EXPECT_EQ(Get(job.job_id()).tiles_done(), 1);
  EXPECT_EQ(Get(job.job_id()).state(), kRunning);
  site_.LetAllGo();
  ExpectWhole(job, {kQueued, kRunning, kQueued, kRunning, kSucceeded});
  EXPECT_EQ(Get(job.job_id()).attempt(), 2);
  EXPECT_EQ(site_.started(), 2);
  EXPECT_EQ(site_.computed(), 1 + 1 + 2);
}

TEST_F(AdoptionTest, WithoutAHandleACleanStopPutsItBack) {
  site_.KeepHandles();
  const v1::Job job = OneOfThree();
  for (int stop = 0; stop < 4; ++stop) {
    Restart();
    Await(job.job_id(), kRunning);
  }
  site_.LetAllGo();
  EXPECT_EQ(Watch(job.job_id()).back().job().state(), kSucceeded);
  EXPECT_EQ(Get(job.job_id()).attempt(), 5);
  EXPECT_EQ(site_.adopted(), 0);
  EXPECT_EQ(site_.computed(), 3);  // the stored tile was not computed again
}

TEST_F(AdoptionTest, AdoptedExecutionHearsACancel) {
  const v1::Job job = OneOfThree();
  Restart();
  EXPECT_EQ(Cancel(job.job_id()).state(), v1::JOB_STATE_CANCELLED);
  EXPECT_TRUE(site_.AwaitIdle());
  EXPECT_EQ(site_.computed(), 1);
}

TEST_F(AdoptionTest, ThreadsOfTheServerAdoptNothingAndGoOnFromTheTiles) {
  const v1::Job job = OneOfThree();
  make_executor_ = nullptr;
  Restart();
  ExpectWhole(job, {kQueued, kRunning, kQueued, kRunning, kSucceeded});
  EXPECT_EQ(Get(job.job_id()).attempt(), 2);
  EXPECT_EQ(workshop_.begun(), 2);
}

TEST_F(AdoptionTest, EndWithoutEveryTileIsNoResult) {
  const v1::Job job = OneOfThree();
  site_.EndEarly();
  const v1::Job failed = Watch(job.job_id()).back().job();
  EXPECT_EQ(failed.state(), v1::JOB_STATE_FAILED);
  EXPECT_EQ(failed.reason(), v1::JOB_REASON_COMPUTATION_FAILED);
}

}  // namespace
}  // namespace brainalign
