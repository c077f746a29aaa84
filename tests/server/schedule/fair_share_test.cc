// Shares of one thread that always works: what each has had after a while, against what
// the rules promise.
#include "server/schedule/fair_share.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace brainalign {
namespace {

class FairShareTest : public testing::Test {
 protected:
  void Start(std::int64_t id, const Owner& owner) {
    share_.Enter(id, owner);
    share_.Start(id);
    running_.push_back(id);
  }
  void Leave(std::int64_t id) {
    share_.Leave(id);
    std::erase(running_, id);
  }
  std::int64_t Next() const {
    std::int64_t next = 0;
    for (const std::int64_t id : running_) {
      if (next == 0 || share_.service_turn(id) < share_.service_turn(next)) next = id;
    }
    return next;
  }
  // Serves units of one second.
  void Serve(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      const std::int64_t id = Next();
      share_.Charge(id, 1);
      ++served_[id];
    }
  }

  FairShare share_{{.project_weight = [](const std::string& project) {
    return project == "heavy" ? 3.0 : 1.0;
  }}};
  std::vector<std::int64_t> running_;
  std::map<std::int64_t, int> served_;
};

TEST_F(FairShareTest, PeopleShareEquallyHoweverManyExecutionsTheyHave) {
  for (int id = 1; id <= 9; ++id) Start(id, {"lab", "many"});
  Start(10, {"lab", "one"});
  Serve(1800);
  EXPECT_NEAR(served_[10], 900, 1);
  for (int id = 1; id <= 9; ++id) EXPECT_NEAR(served_[id], 100, 1);
}

TEST_F(FairShareTest, ProjectsShareByWeightHoweverManyPeopleTheyHave) {
  Start(1, {"light", "a"});
  Start(2, {"light", "b"});
  Start(3, {"heavy", "c"});
  Serve(800);
  EXPECT_NEAR(served_[1], 100, 1);
  EXPECT_NEAR(served_[2], 100, 1);
  EXPECT_NEAR(served_[3], 600, 1);
}

TEST_F(FairShareTest, PrioritiesOfOnePersonShareSixteenToFourToOne) {
  Start(1, {"lab", "a", JobPriority::kHigh});
  Start(2, {"lab", "a", JobPriority::kNormal});
  Start(3, {"lab", "a", JobPriority::kLow});
  Serve(2100);
  EXPECT_NEAR(served_[1], 1600, 2);
  EXPECT_NEAR(served_[2], 400, 2);
  EXPECT_NEAR(served_[3], 100, 2);
}

TEST_F(FairShareTest, BetweenPeopleAPriorityWeighsAtMostTwice) {
  Start(1, {"lab", "high", JobPriority::kHigh});
  Start(2, {"lab", "normal"});
  Start(3, {"lab", "low", JobPriority::kLow});
  Serve(700);
  EXPECT_NEAR(served_[1], 400, 2);
  EXPECT_NEAR(served_[2], 200, 2);
  EXPECT_NEAR(served_[3], 100, 2);
}

TEST_F(FairShareTest, BetweenProjectsAPriorityWeighsNothing) {
  Start(1, {"one", "a", JobPriority::kHigh});
  Start(2, {"two", "b", JobPriority::kLow});
  Serve(200);
  EXPECT_NEAR(served_[1], 100, 1);
}

TEST_F(FairShareTest, BeingIdleEarnsNothing) {
  Start(1, {"lab", "a"});
  Serve(1000);
  Start(2, {"lab", "b"});
  Serve(100);
  EXPECT_NEAR(served_[2], 50, 1);
}

TEST_F(FairShareTest, TimeThatNobodyWantedIsNotHeldAgainstAnyone) {
  Start(1, {"lab", "a"});
  Serve(1000);
  Start(2, {"lab", "b"});
  Leave(1);
  Serve(10);
  Start(3, {"lab", "a"});
  Serve(100);
  EXPECT_NEAR(served_[3], 50, 11);
}

TEST_F(FairShareTest, LeavingAndComingBackDoesNotForgetWhatOneHad) {
  Start(1, {"lab", "a"});
  Start(2, {"lab", "b"});
  share_.Charge(1, 40);  // one long unit
  Leave(1);
  Start(3, {"lab", "a"});
  Serve(100);
  EXPECT_NEAR(served_[3], 30, 1);
}

TEST_F(FairShareTest, EstimatesThatWereWrongAreMadeGood) {
  Start(1, {"lab", "a"});
  Start(2, {"lab", "b"});
  share_.Charge(1, 500);
  share_.Charge(1, -490);
  Serve(90);
  EXPECT_NEAR(served_[1], 40, 1);
  EXPECT_NEAR(served_[2], 50, 1);
}

TEST_F(FairShareTest, WaitingIsMadeGoodUpToABound) {
  share_.Enter(1, {"lab", "waits"});
  Start(2, {"lab", "runs"});
  Serve(10'000);
  share_.Start(1);
  running_.push_back(1);
  Serve(5'000);
  // An hour of it, then half.
  EXPECT_NEAR(served_[1], 3600 + 700, 2);
}

TEST_F(FairShareTest, WhoHasNothingForAThreadKeepsAMinuteOfItsTurn) {
  Start(1, {"lab", "idle"});
  Start(2, {"lab", "busy"});
  for (int i = 0; i < 1000; ++i) {
    share_.PassOver({1}, 2);
    share_.Charge(2, 1);
  }
  Serve(160);
  EXPECT_NEAR(served_[1], 60 + 50, 2);
}

// A server that starts again: what had run waits, and so does what had waited.
class RestoredShareTest : public FairShareTest {
 protected:
  // `waiting` is what its queue holds.
  void Restart(const std::map<std::int64_t, Owner>& waiting) {
    const Shares saved = share_.Save();
    share_ = FairShare({});
    served_.clear();
    running_.clear();
    for (const auto& [id, owner] : waiting) share_.Enter(id, owner);
    share_.Restore(saved);
  }
  void StartAll(const std::vector<std::int64_t>& ids) {
    for (const std::int64_t id : ids) {
      share_.Start(id);
      running_.push_back(id);
    }
  }
};

TEST_F(RestoredShareTest, WhoHadMoreWaitsForTheOthersToCatchUp) {
  Start(1, {"lab", "a"});
  Start(2, {"lab", "b"});
  share_.Charge(1, 40);  // one long unit
  Restart({{1, {"lab", "a"}}, {2, {"lab", "b"}}});
  StartAll({1, 2});
  Serve(100);
  EXPECT_NEAR(served_[1], 30, 1);
}

TEST_F(RestoredShareTest, WhoWaitedCatchesUpAcrossIt) {
  share_.Enter(1, {"lab", "waits"});
  Start(2, {"lab", "runs"});
  Serve(1000);
  Restart({{1, {"lab", "waits"}}, {2, {"lab", "runs"}}});
  StartAll({1, 2});
  Serve(1500);
  EXPECT_NEAR(served_[1], 1000 + 250, 2);
}

TEST_F(RestoredShareTest, ProjectsAndPrioritiesKeepWhatTheyHad) {
  Start(1, {"one", "a", JobPriority::kHigh});
  Start(2, {"one", "a", JobPriority::kNormal});
  Start(3, {"two", "b"});
  share_.Charge(3, 100);
  share_.Charge(1, 64);
  Restart({{1, {"one", "a", JobPriority::kHigh}},
           {2, {"one", "a", JobPriority::kNormal}},
           {3, {"two", "b"}}});
  StartAll({1, 2, 3});
  Serve(36);  // until the projects are even; 64 of a high job are 16 of a normal one
  EXPECT_EQ(served_[3], 0);
  EXPECT_NEAR(served_[2], 16 + 4, 1);
  EXPECT_NEAR(served_[1], 16, 1);
}

TEST_F(RestoredShareTest, WhoComesLaterBeginsWhereTheOthersAre) {
  Start(1, {"lab", "a"});
  Start(2, {"lab", "b"});
  Serve(1000);
  Restart({{1, {"lab", "a"}}, {3, {"lab", "new"}}});
  StartAll({1, 3});
  Serve(100);
  EXPECT_NEAR(served_[3], 50, 2);
}

TEST_F(RestoredShareTest, WhoWentWithMoreThanTheirShareIsRememberedAndTheOthersAreNot) {
  Start(1, {"lab", "greedy"});
  Start(2, {"lab", "b"});
  Start(3, {"lab", "left"});
  Serve(30);
  share_.Charge(1, 40);
  Leave(1);
  Leave(3);
  EXPECT_EQ(share_.Save().size(), 6U);  // all, lab, greedy and b, and a priority of each
  Restart({{2, {"lab", "b"}}});
  StartAll({2});
  Start(4, {"lab", "greedy"});
  Serve(100);
  EXPECT_NEAR(served_[4], 30, 2);
}

TEST_F(RestoredShareTest, NothingOfAnAccountThatIsNoneHarms) {
  share_.Enter(1, {"lab", "a"});
  share_.Restore({{{"lab", "nobody", "2", "x"}, 5, 5, true},
                  {{"gone", "nobody"}, 5, 5, true},
                  {{"lab", "a"}, 7, 9, true}});
  StartAll({1});
  Start(2, {"lab", "b"});
  Serve(10);
  EXPECT_EQ(served_[1] + served_[2], 10);
}

TEST_F(FairShareTest, DueSharesAddUpAlongTheTree) {
  Start(1, {"heavy", "a"});
  Start(2, {"light", "b", JobPriority::kHigh});
  Start(3, {"light", "b"});
  Start(4, {"light", "c"});
  const auto shares = share_.DueShares();
  EXPECT_DOUBLE_EQ(shares.at(1), 0.75);
  // A second of b counts 0.8 / 2 + 0.2 = 0.6, so b has 1 / 0.6 for each 1 of c.
  EXPECT_NEAR(shares.at(2), 0.25 * 0.625 * 0.8, 1e-12);
  EXPECT_NEAR(shares.at(3), 0.25 * 0.625 * 0.2, 1e-12);
  EXPECT_NEAR(shares.at(4), 0.25 * 0.375, 1e-12);
}

TEST_F(FairShareTest, WhoWaitsStartsByFewestRunningThenLeastTimeThenPriority) {
  Start(1, {"lab", "a"});
  Serve(5);
  share_.Enter(2, {"lab", "a"});
  share_.Enter(3, {"lab", "a", JobPriority::kHigh});
  share_.Enter(4, {"lab", "b"});
  share_.Enter(5, {"other", "c", JobPriority::kLow});
  EXPECT_LT(share_.start_turn(5), share_.start_turn(4));  // its project runs nothing
  EXPECT_LT(share_.start_turn(4), share_.start_turn(3));  // the person runs nothing
  EXPECT_LT(share_.start_turn(3), share_.start_turn(2));
}

}  // namespace
}  // namespace brainalign
