#include "client/cli/job_display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <limits>

#include "tests/client/fakes/fake_clock.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ExpectationTextTest, TellsPlaceStartAndEndOfAQueuedJob) {
  Job job;
  job.state = JobState::kQueued;
  job.estimated_seconds = 30;
  job.queue_place = 3;
  job.expected_start_seconds = 125;
  job.expected_end_seconds = 300;
  EXPECT_EQ(ExpectationText(job), "place 3, starts in about 2 min 05 s, ends in about 5 min 00 s");
}

TEST(ExpectationTextTest, TellsTheEndOfARunningJob) {
  Job job;
  job.state = JobState::kRunning;
  job.expected_end_seconds = 59;
  EXPECT_EQ(ExpectationText(job), "ends in about 59 s");
}

TEST(ExpectationTextTest, TellsTheComputingWhereThatIsAllThatIsKnown) {
  Job job;
  job.state = JobState::kQueued;
  job.estimated_seconds = 30;
  EXPECT_EQ(ExpectationText(job), "about 30 s of computing");
  job.state = JobState::kRunning;
  EXPECT_EQ(ExpectationText(job), "");
}

TEST(ExpectationTextTest, ExpectsNothingOfAJobThatHasEnded) {
  Job job;
  job.state = JobState::kSucceeded;
  job.expected_end_seconds = 5;
  EXPECT_EQ(ExpectationText(job), "");
}

// What a display has written to a screen (or else a file), with the cursor's moves.
class JobDisplayTest : public testing::Test {
 protected:
  explicit JobDisplayTest(bool can_redraw = true) {
    console_.err.file = std::tmpfile();
    console_.err.can_redraw = can_redraw;
  }
  ~JobDisplayTest() override { std::fclose(console_.err.file); }

  // Since the last call.
  std::string Shown() {
    std::string text;
    std::fseek(console_.err.file, read_, SEEK_SET);
    for (int c = std::fgetc(console_.err.file); c != EOF; c = std::fgetc(console_.err.file)) {
      text += static_cast<char>(c);
    }
    read_ = std::ftell(console_.err.file);
    return text;
  }

  static Job JobIn(JobState state) {
    Job job;
    job.state = state;
    job.layers = 2;
    job.times = 3;
    return job;
  }

  Console console_;
  FakeClock clock_;
  JobDisplay display_{console_, clock_, {}, {}};
  const WatchCallbacks callbacks_ = display_.Callbacks();

 private:
  long read_ = 0;
};

TEST_F(JobDisplayTest, TimeLeftCountsDownBetweenReports) {
  callbacks_.on_job(JobIn(JobState::kRunning));
  clock_.Advance(1);
  callbacks_.on_progress(0.4, 75);
  EXPECT_THAT(Shown(), HasSubstr("running  40%  about 1 min 15 s left\n"));
  clock_.Advance(20);
  display_.Tick();
  EXPECT_THAT(Shown(), HasSubstr("running  40%  about 55 s left\n"));
  clock_.Advance(100);
  display_.Tick();
  EXPECT_THAT(Shown(), HasSubstr("running  40%  about 1 s left\n"));
  callbacks_.on_progress(0.5, std::numeric_limits<double>::quiet_NaN());
  clock_.Advance(1);
  display_.Tick();
  EXPECT_THAT(Shown(), HasSubstr("running  50%\n"));
}

TEST_F(JobDisplayTest, PlaceInTheQueueIsKeptUpToDate) {
  Job job = JobIn(JobState::kQueued);
  job.queue_place = 3;
  job.expected_start_seconds = 100;
  job.expected_end_seconds = 200;
  callbacks_.on_job(job);
  clock_.Advance(10);
  display_.Tick();
  EXPECT_THAT(Shown(), HasSubstr("queued, place 3, starts in about 1 min 30 s, ends in "
                                 "about 3 min 10 s\n"));
  callbacks_.on_progress(0, 100);
  callbacks_.on_wait(1, 20);
  clock_.Advance(1);
  display_.Tick();
  EXPECT_THAT(Shown(),
              HasSubstr("queued, place 1, starts in about 19 s, ends in about 1 min 39 s\n"));
}

TEST_F(JobDisplayTest, AQueuedJobHasNoTimeBeforeTheForecastThatListsTell) {
  Job job = JobIn(JobState::kQueued);
  job.estimated_seconds = 30;
  callbacks_.on_job(job);
  EXPECT_THAT(Shown(), Not(HasSubstr("30 s")));
  callbacks_.on_progress(0, 100);
  callbacks_.on_wait(2, 70);
  clock_.Advance(1);
  display_.Tick();
  EXPECT_THAT(Shown(), HasSubstr("queued, place 2, starts in about 1 min 09 s, ends in about "
                                 "1 min 39 s\n"));
}

TEST_F(JobDisplayTest, RowsHaveTheNamesAndTimesThatTheWatchTells) {
  callbacks_.on_axes(
      {.layer_names = {"embed", "h.0"}, .depth = {0.5, 1}, .times_seconds = {0, 0.25, 0.5}});
  callbacks_.on_job(JobIn(JobState::kRunning));
  clock_.Advance(1);
  TileScores tile;
  tile.tile = {.layer_begin = 0, .layer_count = 1, .time_begin = 0, .time_count = 3};
  tile.score = {0.1, 0.3, 0.2};
  callbacks_.on_tile(tile);
  const std::string shown = Shown();
  EXPECT_THAT(shown, HasSubstr("\nembed  "));
  EXPECT_THAT(shown, HasSubstr("\nh.0    "));
  EXPECT_THAT(shown, HasSubstr("0.300 at 0.25 s"));
  EXPECT_THAT(shown, Not(HasSubstr("layer 0")));
  EXPECT_THAT(shown, Not(HasSubstr("#0")));
}

class PlainJobDisplayTest : public JobDisplayTest {
 protected:
  PlainJobDisplayTest() : JobDisplayTest(/*can_redraw=*/false) {}
};

TEST_F(PlainJobDisplayTest, TicksAddNoLines) {
  callbacks_.on_job(JobIn(JobState::kRunning));
  EXPECT_EQ(Shown(), "running\n");
  clock_.Advance(10);
  display_.Tick();
  EXPECT_EQ(Shown(), "");
}

}  // namespace
}  // namespace brainalign
