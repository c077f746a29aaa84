#include "client/cli/job_display.h"

#include <gtest/gtest.h>

namespace brainalign {
namespace {

TEST(ExpectationTextTest, TellsPlaceStartAndEndOfAQueuedJob) {
  Job job;
  job.state = JobState::kQueued;
  job.estimated_seconds = 30;
  job.queue_place = 3;
  job.expected_start_seconds = 125;
  job.expected_end_seconds = 300;
  EXPECT_EQ(ExpectationText(job),
            "place 3 in the queue, starts in about 2 min 05 s, ends in about 5 min 00 s");
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

}  // namespace
}  // namespace brainalign
