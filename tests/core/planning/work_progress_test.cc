// Progress and estimates, on a clock that the test moves.
#include "core/planning/work_progress.h"

#include "core/planning/work_rates.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

// A second for each operation of either kind and for each byte.
WorkRates Plain() { return WorkRates({1.0, 1.0, 1.0}); }

Work Singles(double operations) { return {operations, 0, 0}; }

// Two preparations of 100 s, four tiles of 50 s, two of either at a time.
AlignmentPlan FourHundredSeconds() {
  AlignmentPlan plan;
  plan.preparations = {Singles(100), Singles(100)};
  plan.tiles = {Singles(50), Singles(50), Singles(50), Singles(50)};
  plan.preparations_at_once = 2;
  plan.tiles_at_once = 2;
  return plan;
}

TEST(WorkProgressTest, WeighsUnitsByTheirWork) {
  const AlignmentPlan plan = FourHundredSeconds();
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  EXPECT_EQ(progress.Share(1000), 0);
  EXPECT_DOUBLE_EQ(progress.RemainingSeconds(1000, 2), 100 + 100);
  EXPECT_DOUBLE_EQ(progress.RemainingSeconds(1000, 1), 400);
  EXPECT_DOUBLE_EQ(progress.RemainingSeconds(1000, 16), 200);  // no more than two at a time
  progress.Begin(UnitKind::kPreparation, 0, 1000);
  EXPECT_EQ(progress.End(UnitKind::kPreparation, 0, 1100), 100);
  EXPECT_DOUBLE_EQ(progress.Share(1100), 0.25);
}

TEST(WorkProgressTest, MovesInsideALongPreparation) {
  const AlignmentPlan plan = FourHundredSeconds();
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  progress.Begin(UnitKind::kPreparation, 0, 0);
  double last = 0;
  for (int now = 10; now < 100; now += 10) {
    // Until a unit has ended, nobody knows that the second half takes as long as expected.
    if (now <= 50) {
      EXPECT_DOUBLE_EQ(progress.Share(now), now / 400.0);
    }
    EXPECT_LE(progress.Share(now), now / 400.0);
    EXPECT_GT(progress.Share(now), last);
    last = progress.Share(now);
    EXPECT_DOUBLE_EQ(progress.RemainingSeconds(now, 1), 400.0 - now);
  }
  progress.End(UnitKind::kPreparation, 0, 100);
  progress.Begin(UnitKind::kPreparation, 1, 100);
  EXPECT_NEAR(progress.Share(190), 190 / 400.0, 1e-3);
}

TEST(WorkProgressTest, UnitThatTakesTooLongIsNeverDoneBeforeItsEnd) {
  AlignmentPlan plan;
  plan.tiles = {Singles(10)};
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  progress.Begin(UnitKind::kTile, 0, 0);
  EXPECT_GT(progress.RemainingSeconds(500, 1), 0);
  EXPECT_LT(progress.Share(500), 1);
  progress.End(UnitKind::kTile, 0, 600);
  EXPECT_EQ(progress.Share(600), 1);
  EXPECT_EQ(progress.RemainingSeconds(600, 1), 0);
}

TEST(WorkProgressTest, FinishedTilesMendTheEstimateOfTheOthers) {
  // The machine is three times as slow as the rates say.
  const AlignmentPlan plan = FourHundredSeconds();
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  double now = 0;
  for (int i = 0; i < 2; ++i) {
    progress.Begin(UnitKind::kPreparation, i, now);
    now += 300;
    progress.End(UnitKind::kPreparation, i, now);
  }
  EXPECT_NEAR(progress.RemainingSeconds(now, 1), 3 * 200, 20);  // what was learned of the others
  progress.Begin(UnitKind::kTile, 0, now);
  now += 150;
  progress.End(UnitKind::kTile, 0, now);
  EXPECT_NEAR(progress.RemainingSeconds(now, 1), 3 * 150, 5);
  EXPECT_NEAR(progress.Share(now), 750 / 1200.0, 2e-3);
}

TEST(WorkProgressTest, ShareNeverGoesBack) {
  const AlignmentPlan plan = FourHundredSeconds();
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  progress.Begin(UnitKind::kPreparation, 0, 0);
  progress.Begin(UnitKind::kPreparation, 1, 0);
  double last = progress.Share(90);
  progress.End(UnitKind::kPreparation, 0, 500);  // then the other is late, too
  for (int now = 500; now < 1000; now += 50) {
    EXPECT_GE(progress.Share(now), last);
    last = progress.Share(now);
  }
}

TEST(WorkProgressTest, TilesOfEarlierAttemptsAreDone) {
  const AlignmentPlan plan = FourHundredSeconds();
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  progress.Skip(0);
  progress.Skip(3);
  EXPECT_DOUBLE_EQ(progress.Share(0), 0.25);
  EXPECT_DOUBLE_EQ(progress.RemainingSeconds(0, 1), 300);
}

// A job of 2 s of preparations, 16 s of tiles and 2 s of checks, one unit at a time, on a machine
// that is 30 times slower than its rates: it takes 600 s.
class SlowMachineTest : public ::testing::TestWithParam<bool> {
 protected:
  static constexpr double kSlowness = 30;
  static constexpr double kAllSeconds = 600;

  static AlignmentPlan TwentySeconds() {
    AlignmentPlan plan;
    plan.preparations = {Singles(1), Singles(1)};
    plan.tiles.assign(16, {0, 1, 0});
    plan.checks = {{0, 0, 2}};
    plan.checks_at_once = 1;
    return plan;
  }

  // Runs the job; calls `look` with the time at each second.
  template <typename Look>
  void Run(const Look& look) {
    double now = 0;
    for (const UnitKind kind : kUnitKinds) {
      const std::vector<Work>& works = plan_.works(kind);
      for (int i = 0; i < static_cast<int>(works.size()); ++i) {
        const Work& work = works[static_cast<std::size_t>(i)];
        const double end = now + kSlowness * (work.operations() + work.bytes);
        progress_.Begin(kind, i, now);
        for (; now < end; now += 1) look(now);
        const double took = progress_.End(kind, i, now);
        if (GetParam()) rates_.Learn(work, took);
      }
    }
    EXPECT_EQ(now, kAllSeconds);
  }

  const AlignmentPlan plan_ = TwentySeconds();
  WorkRates rates_ = Plain();
  WorkProgress progress_{plan_, rates_};
};

TEST_P(SlowMachineTest, IsNoticedWhileItsFirstUnitRuns) {
  Run([&](double now) {
    // A unit that has hardly begun says nothing.
    if (now < 15) return;
    const double truth = kAllSeconds - now;
    // At the end of a unit nobody knows that it ends now: it may take as long as it is late again.
    const double slack = kSlowness;
    EXPECT_LE(progress_.RemainingSeconds(now, 1), 2 * truth + slack) << now;
    EXPECT_GE(progress_.RemainingSeconds(now, 1), truth / 2 - slack) << now;
  });
}

TEST_P(SlowMachineTest, IsWellEstimatedThroughoutTheJob) {
  Run([&](double now) {
    if (now != 60 && now != 300 && now != 540) return;
    EXPECT_LE(progress_.RemainingSeconds(now, 1), 2 * (kAllSeconds - now)) << now;
    EXPECT_GE(progress_.RemainingSeconds(now, 1), (kAllSeconds - now) / 2) << now;
  });
}

TEST_P(SlowMachineTest, TimeLeftDoesNotStandStill) {
  double last = 0;
  int alike = 0;
  Run([&](double now) {
    const double left = progress_.RemainingSeconds(now, 1);
    alike = left == last ? alike + 1 : 0;
    EXPECT_LT(alike, 5) << now;
    last = left;
  });
}

TEST_P(SlowMachineTest, ShareGrowsAllTheTimeAndDoesNotRunAhead) {
  double last = -1;
  int alike = 0;
  Run([&](double now) {
    const double share = progress_.Share(now);
    EXPECT_GE(share, last) << now;
    alike = share == last ? alike + 1 : 0;
    EXPECT_LT(alike, 5) << now;
    EXPECT_NEAR(share, now / kAllSeconds, 0.05) << now;  // 0.05: the first unit
    last = share;
  });
  EXPECT_EQ(progress_.Share(kAllSeconds), 1);
}

INSTANTIATE_TEST_SUITE_P(RatesLearn, SlowMachineTest, ::testing::Bool());

TEST(WorkProgressTest, ShareOfALateUnitGrowsEverMoreSlowly) {
  AlignmentPlan plan;
  plan.tiles = {Singles(10)};
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  progress.Begin(UnitKind::kTile, 0, 0);
  double last = progress.Share(10);
  double last_step = 1;
  EXPECT_LT(last, 0.6);
  for (int now = 20; now <= 300; now += 10) {
    const double step = progress.Share(now) - last;
    EXPECT_GT(step, 0) << now;
    EXPECT_LT(step, last_step) << now;
    last_step = step;
    last += step;
  }
  EXPECT_LT(last, 0.85);
}

TEST(WorkProgressTest, AShortUnitSaysLittleOfALongJob) {
  AlignmentPlan plan;
  plan.preparations = {Singles(0.001)};
  plan.tiles = {Singles(3600)};
  const WorkRates rates = Plain();
  WorkProgress progress(plan, rates);
  progress.Begin(UnitKind::kPreparation, 0, 0);
  progress.End(UnitKind::kPreparation, 0, 0.1);
  EXPECT_NEAR(progress.RemainingSeconds(0.1, 1), 3600, 36);
}

TEST(WorkRatesTest, LearnsEachKindOfWork) {
  WorkRates rates = Plain();
  // Truly: single 0.25 s, double 2 s, a byte 0.5 s.
  const auto take = [&](Work work) {
    rates.Learn(work,
                0.25 * work.single_operations + 2 * work.double_operations + 0.5 * work.bytes);
  };
  for (int i = 0; i < 40; ++i) {
    take({40, 5, 10});
    take({10, 30, 10});
    take({10, 10, 50});
  }
  EXPECT_NEAR(rates.Seconds({100, 0, 0}), 25, 3);
  EXPECT_NEAR(rates.Seconds({0, 100, 0}), 200, 10);
  EXPECT_NEAR(rates.Seconds({0, 0, 100}), 50, 5);
}

TEST(WorkRatesTest, FollowsAMachineThatHasBecomeSlower) {
  WorkRates rates = Plain();
  for (int i = 0; i < 200; ++i) rates.Learn(Singles(10), 10);
  for (int i = 0; i < 200; ++i) rates.Learn(Singles(10), 20);
  EXPECT_NEAR(rates.Seconds(Singles(100)), 200, 10);
}

TEST(WorkRatesTest, NothingIsLearnedFromWhatTookNoTime) {
  WorkRates rates = Plain();
  rates.Learn(Singles(1e9), 0);
  rates.Learn(Singles(1e9), -5);
  rates.Learn(Singles(1e9), 1e-5);
  EXPECT_EQ(rates.Seconds(Singles(100)), 100);
}

TEST(WorkRatesTest, IsRestoredFromWhatWasSaved) {
  WorkRates rates = Plain();
  for (int i = 0; i < 20; ++i) rates.Learn({10, 3, 1}, 50);
  WorkRates restored({7, 7, 7});
  ASSERT_TRUE(restored.Restore(rates.Save()));
  EXPECT_DOUBLE_EQ(restored.Seconds({3, 4, 5}), rates.Seconds({3, 4, 5}));
  const double before = restored.Seconds({3, 4, 5});
  for (const std::string damaged :
       {"", "1 2 3", "1 2 x 0 0 0 0 0 0 0 0 0 0 0 0", "0 1 1 0 0 0 0 0 0 0 0 0 0 0 0", "nan"}) {
    EXPECT_FALSE(restored.Restore(damaged)) << damaged;
    EXPECT_EQ(restored.Seconds({3, 4, 5}), before);
  }
}

TEST(WorkRatesTest, CalibrationFindsAMachineOfThisWorld) {
  const WorkRates rates = WorkRates::Calibrate();
  // Between 0.1 and 10,000 GF/s.
  EXPECT_GT(rates.Seconds(Singles(1e9)), 1e-4);
  EXPECT_LT(rates.Seconds(Singles(1e9)), 10);
}

TEST(EstimateTest, CountsOpeningPreparationsAndTiles) {
  AlignmentPlan plan = FourHundredSeconds();
  plan.opening.bytes = 7;
  EXPECT_DOUBLE_EQ(EstimateSeconds(plan, Plain(), 2), 207);
}

TEST(EstimateTest, CountsThatOtherJobsRunLate) {
  const AlignmentPlan plan = FourHundredSeconds();
  const WorkRates rates = Plain();
  WorkProgress running(plan, rates);
  running.Begin(UnitKind::kPreparation, 0, 0);
  EXPECT_DOUBLE_EQ(EstimateSeconds(plan, rates, 2, running.Measured(90, rates)), 200);
  const double late = EstimateSeconds(plan, rates, 2, running.Measured(1500, rates));
  EXPECT_GE(late, 200 * 15);
  EXPECT_LE(late, 200 * 30);
}

}  // namespace
}  // namespace brainalign
