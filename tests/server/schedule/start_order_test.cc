#include "server/schedule/start_order.h"

#include <algorithm>
#include <string>
#include <vector>

#include "gmock/gmock.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class StartOrderTest : public testing::Test {
 protected:
  void SetUp() override {
    settings_.places = 8;
    settings_.places_of_person = 4;
    settings_.memory_bytes = 800;
    Make();
  }
  void Make() { order_ = StartOrder(settings_); }
  // Short, unless told.
  void Add(std::int64_t id, const std::string& person, std::int64_t memory_bytes,
           double estimated_seconds = 10, const std::string& project = "lab") {
    const Owner owner{project, person};
    share_.Enter(id, owner);
    order_.Add({.id = id,
                .owner = owner,
                .memory_bytes = memory_bytes,
                .estimated_seconds = estimated_seconds});
  }
  void AddSuspect(std::int64_t id, const std::string& person) {
    const Owner owner{"lab", person};
    share_.Enter(id, owner);
    order_.Add(
        {.id = id, .owner = owner, .memory_bytes = 10, .estimated_seconds = 10, .alone = true});
  }
  // Starts what can; returns it in order.
  std::vector<std::int64_t> Start() {
    std::vector<std::int64_t> started;
    while (true) {
      last_ = order_.Next(now_, share_);
      if (last_.id == 0) return started;
      order_.Start(last_.id, share_);
      share_.Start(last_.id);
      started.push_back(last_.id);
    }
  }
  void End(std::int64_t id) {
    order_.Remove(id);
    share_.Leave(id);
  }

  StartOrder::Settings settings_;
  FairShare share_{{}};
  StartOrder order_{settings_};
  StartOrder::Choice last_;
  double now_ = 0;
};

TEST_F(StartOrderTest, OnePersonsJobsStartInTheOrderTheyCame) {
  for (int id = 1; id <= 6; ++id) Add(id, "a", 10);
  EXPECT_THAT(Start(), ElementsAre(1, 2, 3, 4));
  End(2);
  EXPECT_THAT(Start(), ElementsAre(5));
}

TEST_F(StartOrderTest, ThePersonWithTheFewestRunningIsNext) {
  for (int id = 1; id <= 5; ++id) Add(id, "a", 10);
  Add(6, "b", 10);
  Add(7, "b", 10);
  EXPECT_THAT(Start(), ElementsAre(1, 6, 2, 7, 3, 4));
}

TEST_F(StartOrderTest, PlacesAndMemoryAreKeptForPeopleWithNothingRunning) {
  settings_.places_of_person = 8;
  Make();
  for (int id = 1; id <= 10; ++id) Add(id, "many", 10);
  EXPECT_EQ(Start().size(), 7U);
  Add(11, "new", 10);
  EXPECT_THAT(Start(), ElementsAre(11));
  for (int id = 1; id <= 11; ++id) End(id);
  for (int id = 21; id <= 25; ++id) Add(id, "many", 200);
  EXPECT_THAT(Start(), ElementsAre(21, 22, 23, 24));  // three quarters beside the first
  End(24);
  Add(26, "new", 200);
  EXPECT_THAT(Start(), ElementsAre(26));
}

TEST_F(StartOrderTest, MemoryIsNeverPromisedTwice) {
  Add(1, "a", 500);
  Add(2, "b", 301);
  Add(3, "c", 300);
  EXPECT_THAT(Start(), ElementsAre(1, 3));
  EXPECT_THAT(last_.waiting_for_memory, ElementsAre(2));
  End(1);
  EXPECT_THAT(Start(), ElementsAre(2));
}

TEST_F(StartOrderTest, WhatTurnedOutToTakeMoreCounts) {
  Add(1, "a", 100);
  Start();
  order_.SetMemory(1, 700);
  Add(2, "b", 101);
  EXPECT_THAT(Start(), IsEmpty());
}

TEST_F(StartOrderTest, SmallOnesPassABigOneUntilItsPatienceEnds) {
  Add(1, "a", 600);
  Start();
  Add(2, "big", 700);
  EXPECT_THAT(Start(), IsEmpty());
  // An endless stream of small ones: each would always fit beside the others.
  std::int64_t id = 10;
  std::vector<std::int64_t> small;
  for (; now_ < 59; now_ += 10) {
    ++id;
    Add(id, "small " + std::to_string(id), 150);
    const auto started = Start();
    EXPECT_THAT(started, ElementsAre(id));
    End(id);
  }
  now_ = 60;
  Add(++id, "late", 150);
  EXPECT_THAT(Start(), IsEmpty());  // would be in its way
  Add(++id, "tiny", 100);
  EXPECT_THAT(Start(), ElementsAre(id));  // fits beside it
  End(1);
  EXPECT_THAT(Start(), ElementsAre(2));
}

TEST_F(StartOrderTest, ABigOneThatLeavesHoldsNothing) {
  Add(1, "a", 600);
  Add(2, "big", 700);
  Start();
  now_ = 100;
  Add(3, "small", 150);
  EXPECT_THAT(Start(), IsEmpty());
  End(2);
  EXPECT_THAT(Start(), ElementsAre(3));
}

TEST_F(StartOrderTest, JobOfAllTheMemoryRunsAtOnceOnAnIdleServer) {
  Add(1, "a", 800, 10'000);
  EXPECT_THAT(Start(), ElementsAre(1));
}

TEST_F(StartOrderTest, LongOnesLeaveRoomForShortOnes) {
  for (int id = 1; id <= 9; ++id) Add(id, "person " + std::to_string(id), 10, 3600);
  EXPECT_EQ(Start().size(), 7U);
  Add(10, "short", 10);
  EXPECT_THAT(Start(), ElementsAre(10));
  // A short one in the last place does not keep a long one from the others.
  End(1);
  EXPECT_EQ(Start().size(), 1U);
}

TEST_F(StartOrderTest, SuspectRunsAloneAndNothingStartsBesideIt) {
  AddSuspect(1, "a");
  AddSuspect(2, "b");
  Add(3, "c", 10);
  EXPECT_THAT(Start(), ElementsAre(1));
  now_ = 1000;  // nor does patience change it
  EXPECT_THAT(Start(), IsEmpty());
  EXPECT_THAT(last_.waiting_for_memory, IsEmpty());
  End(1);
  EXPECT_THAT(Start(), ElementsAre(2));
  End(2);
  EXPECT_THAT(Start(), ElementsAre(3));
}

TEST_F(StartOrderTest, SuspectIsPassedUntilItsPatienceEndsAndThenHasTheServerForItself) {
  Add(1, "a", 10);
  Start();
  AddSuspect(2, "b");
  EXPECT_THAT(Start(), IsEmpty());
  now_ = 59;
  Add(3, "c", 10);
  EXPECT_THAT(Start(), ElementsAre(3));
  now_ = 60;
  Add(4, "d", 10);
  EXPECT_THAT(Start(), IsEmpty());
  End(1);
  EXPECT_THAT(Start(), IsEmpty());
  End(3);
  EXPECT_THAT(Start(), ElementsAre(2));
  End(2);
  EXPECT_THAT(Start(), ElementsAre(4));
}

TEST_F(StartOrderTest, SuspectThatWaitsForItsMomentOrLeavesHoldsNobodyUp) {
  Add(1, "a", 10);
  Start();
  AddSuspect(2, "b");
  Start();
  now_ = 60;
  Add(3, "c", 10);
  EXPECT_THAT(Start(), IsEmpty());
  order_.PutBack(2, 100);
  EXPECT_THAT(Start(), ElementsAre(3));
  End(2);
  now_ = 200;
  Add(4, "d", 10);
  EXPECT_THAT(Start(), ElementsAre(4));
}

TEST_F(StartOrderTest, ProjectAtItsLimitWaitsAndOthersGoOn) {
  settings_.project_places = [](const std::string& project) { return project == "lab" ? 1 : 8; };
  Make();
  Add(1, "a", 10);
  Add(2, "b", 10);
  Add(3, "c", 10, 10, "other");
  EXPECT_THAT(Start(), ElementsAre(1, 3));
  EXPECT_THAT(last_.waiting_for_memory, IsEmpty());
  End(1);
  EXPECT_THAT(Start(), ElementsAre(2));
}

TEST_F(StartOrderTest, NobodyStartsBeforeTheirMoment) {
  const Owner owner{"lab", "a"};
  share_.Enter(1, owner);
  order_.Add({.id = 1, .owner = owner, .memory_bytes = 1, .not_before_seconds = 5});
  EXPECT_THAT(Start(), IsEmpty());
  now_ = 5;
  EXPECT_THAT(Start(), ElementsAre(1));
}

TEST_F(StartOrderTest, OfOnePersonsWaitingJobsTheHigherPriorityIsFirstAndTheLowerStillComes) {
  settings_.places = 1;
  Make();
  Add(1, "a", 10);
  Start();
  const auto add = [&](std::int64_t id, JobPriority priority) {
    const Owner owner{"lab", "a", priority};
    share_.Enter(id, owner);
    order_.Add({.id = id, .owner = owner, .memory_bytes = 1, .estimated_seconds = 10});
  };
  add(2, JobPriority::kLow);
  for (int id = 3; id <= 60; ++id) add(id, JobPriority::kHigh);
  End(1);
  EXPECT_THAT(Start(), ElementsAre(3));
  // From here on each takes 10 s: 16 of the high ones, then, for each low one.
  std::vector<std::int64_t> started;
  for (std::int64_t running = 3; started.size() < 20;) {
    share_.Charge(running, 10);
    if (running == 2) add(2 + 100 * static_cast<std::int64_t>(started.size()), JobPriority::kLow);
    End(running);
    running = Start().at(0);
    started.push_back(running);
  }
  const auto low = std::count_if(started.begin(), started.end(),
                                 [](std::int64_t id) { return id == 2 || id > 100; });
  EXPECT_GE(low, 1);
  EXPECT_LE(low, 3);
}

TEST_F(StartOrderTest, FrontIsTheBeginningOfEachLine) {
  for (int id = 1; id <= 5; ++id) Add(id, "a", 10);
  Add(6, "b", 10);
  order_ = order_.Front(2);
  EXPECT_EQ(order_.waiting().size(), 3U);
  EXPECT_THAT(Start(), ElementsAre(1, 6, 2));
}

}  // namespace
}  // namespace brainalign
