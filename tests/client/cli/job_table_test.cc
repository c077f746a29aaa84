#include "client/cli/job_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "client/cli/terminal/text.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

Job JobOf(const std::string& id, JobState state, const std::string& name) {
  Job job;
  job.job_id = absl::StrCat(id, std::string(32 - id.size(), '0'));
  job.state = state;
  job.name = name;
  job.tiles_done = 12;
  job.tiles_total = 166;
  job.create_time_unix_seconds = 1.8e9;
  job.project = "lab";
  job.person = "alice";
  return job;
}

TEST(JobTableTest, NoLineIsWiderThanAsked) {
  std::vector<Job> jobs = {JobOf("3fa8", JobState::kRunning, std::string(200, 'n')),
                           JobOf("c0ff", JobState::kQueued, "聞こえる言葉の配列とモデルの層の比較"),
                           JobOf("beef", JobState::kSucceeded, "a\x1b[2Jb\nc")};
  jobs[0].tiles_done = jobs[0].tiles_total = 1234567;
  jobs[1].reason = JobReason::kWaitingForMemory;
  jobs[1].queue_place = 3;
  jobs[1].expected_start_seconds = 5000;
  jobs[2].person = "bob";
  for (const int width : {20, 79, 119, 199}) {
    for (const std::string& line : JobTable(jobs, width)) {
      EXPECT_LE(ColumnsOf(line), width) << line;
      EXPECT_THAT(line, AllOf(Not(HasSubstr("\n")), Not(HasSubstr("\x1b"))));
    }
  }
}

TEST(JobTableTest, ALongNameGivesWayToWhatThereIsToSay) {
  Job job = JobOf("3fa8", JobState::kQueued, std::string(200, 'n'));
  job.queue_place = 3;
  job.expected_start_seconds = 65;
  std::vector<std::string> lines = JobTable({job}, 79);
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[1], AllOf(StartsWith("3fa80000  queued        12/166  "),
                              EndsWith("  nnnnnnnnn (place 3, in 1 min 05 s)")));
  // Details are whole or left out.
  job.reason = JobReason::kWaitingForMemory;
  EXPECT_EQ(JobTable({job}, 79)[1], lines[1]);
  EXPECT_THAT(JobTable({job}, 119)[1], EndsWith("n (place 3, in 1 min 05 s, waiting for memory)"));
  job.queue_place = 0;
  EXPECT_THAT(JobTable({job}, 79)[1], EndsWith("n (waiting for memory)"));
  job.name.clear();
  EXPECT_THAT(JobTable({job}, 79)[1], EndsWith("  (waiting for memory)"));
  job.reason = JobReason::kNone;
  job.state = JobState::kRunning;
  job.expected_end_seconds = 3600;
  EXPECT_THAT(JobTable({job}, 79)[1], EndsWith("  (1 h 00 min left)"));
}

TEST(JobTableTest, IdsAreShownAsFarAsTheyDiffer) {
  const std::vector<std::string> lines = JobTable(
      {JobOf("3fa85f6411", JobState::kRunning, "a"), JobOf("3fa85f6412", JobState::kRunning, "b"),
       JobOf("c0ffee", JobState::kRunning, "c")},
      79);
  EXPECT_THAT(lines,
              ElementsAre(StartsWith("JOB         STATE"), StartsWith("3fa85f6411  running"),
                          StartsWith("3fa85f6412  running"), StartsWith("c0ffee0000  running")));
}

TEST(JobTableTest, OwnersAreNamedWhereTheyDiffer) {
  std::vector<Job> jobs = {JobOf("1", JobState::kRunning, "a"),
                           JobOf("2", JobState::kRunning, "b")};
  EXPECT_THAT(JobTable(jobs, 79)[1], Not(HasSubstr("alice")));
  jobs[1].person = "bob";
  EXPECT_THAT(JobTable(jobs, 79)[1], EndsWith("a (lab/alice)"));
}

TEST(JobTableTest, WhatHasNoRoomIsCounted) {
  std::vector<Job> jobs;
  for (int i = 0; i < 9; ++i) jobs.push_back(JobOf(absl::StrCat(i), JobState::kRunning, "n"));
  EXPECT_THAT(JobTable(jobs, 79, 10), SizeIs(10));
  const std::vector<std::string> lines = JobTable(jobs, 79, 9);
  EXPECT_THAT(lines, SizeIs(9));
  EXPECT_EQ(lines.back(), "and 2 more");
  EXPECT_THAT(JobTable(jobs, 79, 0), ElementsAre(StartsWith("JOB"), "and 9 more"));
}

TEST(JobChangesTest, EachStateOfAJobIsToldOnce) {
  JobChanges changes;
  Job first = JobOf("1", JobState::kRunning, "first");
  Job second = JobOf("2", JobState::kQueued, "second");
  const auto names = [&changes](const std::vector<Job>& jobs) {
    std::vector<std::string> told;
    for (const Job& job : changes.Take(jobs)) told.push_back(job.name);
    return told;
  };
  EXPECT_THAT(names({second, first}), ElementsAre("first", "second"));
  first.tiles_done = 100;
  EXPECT_THAT(names({second, first}), ElementsAre());
  first.state = JobState::kSucceeded;
  EXPECT_THAT(names({second, first}), ElementsAre("first"));
  second.reason = JobReason::kWaitingForMemory;
  EXPECT_THAT(names({JobOf("3", JobState::kQueued, "third"), second, first}),
              ElementsAre("second", "third"));
}

}  // namespace
}  // namespace brainalign
