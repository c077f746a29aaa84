#include "server/jobs/outlook.h"

#include <gtest/gtest.h>

#include <limits>

namespace brainalign {
namespace {

// One place, one thread: execution 1 runs, and 2 waits for its place.
class OutlookTest : public testing::Test {
 protected:
  OutlookTest() {
    schedule_.Add({.id = 1, .owner = {"lab", "a"}, .estimated_seconds = 100});
    schedule_.Start(1);
    schedule_.Add({.id = 2, .owner = {"lab", "a"}, .estimated_seconds = 50});
  }

  double now_seconds_ = 1000;
  double remaining_seconds_ = std::numeric_limits<double>::quiet_NaN();
  Schedule schedule_{{}, {.places = 1, .places_of_person = 1}};
  Outlook outlook_{&schedule_, 1, [this](std::int64_t) { return remaining_seconds_; },
                   [this] { return now_seconds_; }};
};

TEST_F(OutlookTest, KnowsNothingBeforeTheFirstLook) {
  EXPECT_FALSE(outlook_.Expect(1).has_value());
}

TEST_F(OutlookTest, WhatWaitsStartsWhenWhatRunsEnds) {
  outlook_.Refresh();
  EXPECT_EQ(outlook_.Expect(1)->place, 0);
  EXPECT_DOUBLE_EQ(outlook_.Expect(1)->end_seconds, 100);
  EXPECT_EQ(outlook_.Expect(2)->place, 1);
  EXPECT_DOUBLE_EQ(outlook_.Expect(2)->start_seconds, 100);
  EXPECT_DOUBLE_EQ(outlook_.Expect(2)->end_seconds, 150);
  EXPECT_FALSE(outlook_.Expect(3).has_value());
  // Time passes, without another look.
  now_seconds_ += 120;
  EXPECT_DOUBLE_EQ(outlook_.Expect(1)->end_seconds, 0);
  EXPECT_DOUBLE_EQ(outlook_.Expect(2)->end_seconds, 30);
}

TEST_F(OutlookTest, LooksAgainAfterASecondOrAChange) {
  outlook_.Refresh();
  remaining_seconds_ = 10;
  now_seconds_ += 0.5;
  outlook_.Refresh();
  EXPECT_DOUBLE_EQ(outlook_.Expect(1)->end_seconds, 99.5);
  now_seconds_ += 1;
  outlook_.Refresh();
  EXPECT_DOUBLE_EQ(outlook_.Expect(1)->end_seconds, 10);
  schedule_.Remove(2);
  now_seconds_ += 0.5;
  outlook_.Refresh();
  EXPECT_FALSE(outlook_.Expect(2).has_value());
}

TEST_F(OutlookTest, WhileNothingStartsThereIsNoForecastForTheQueue) {
  outlook_.Refresh();
  outlook_.HoldBack(true);
  EXPECT_DOUBLE_EQ(outlook_.Expect(1)->end_seconds, 100);
  EXPECT_FALSE(outlook_.Expect(2).has_value());
  outlook_.HoldBack(false);
  EXPECT_DOUBLE_EQ(outlook_.Expect(2)->start_seconds, 100);
}

TEST_F(OutlookTest, TellsJobsThatHaveNotEnded) {
  outlook_.Refresh();
  Job job;
  job.execution_id = 2;
  outlook_.Tell(job);
  EXPECT_EQ(job.queue_place, 1);
  EXPECT_DOUBLE_EQ(job.expected_start_seconds, 100);
  EXPECT_DOUBLE_EQ(job.expected_end_seconds, 150);
  Job running;
  running.execution_id = 2;
  running.state = JobState::kRunning;  // it has started since
  outlook_.Tell(running);
  EXPECT_EQ(running.queue_place, 0);
  EXPECT_DOUBLE_EQ(running.expected_end_seconds, 150);
  Job ended;
  ended.execution_id = 2;
  ended.state = JobState::kFailed;
  outlook_.Tell(ended);
  EXPECT_DOUBLE_EQ(ended.expected_end_seconds, 0);
}

}  // namespace
}  // namespace brainalign
