// Which unit of a graph comes next, without threads.
#include "core/planning/unit_order.h"

#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::ElementsAre;

// Three preparations, of which the last comes after the others; three tiles and three checks, two
// of either at a time.
AlignmentPlan SmallPlan() {
  AlignmentPlan plan;
  plan.preparations.resize(3);
  plan.tiles.resize(3);
  plan.checks.resize(3);
  plan.preparations_at_once = 3;
  plan.tiles_at_once = 2;
  plan.checks_at_once = 2;
  return plan;
}

std::vector<Unit> SmallGraph() { return UnitGraph(SmallPlan(), {{}, {}, {0, 1}}); }

TEST(UnitGraphTest, AKindComesAfterTheKindBeforeIt) {
  const std::vector<Unit> units = SmallGraph();
  ASSERT_EQ(units.size(), 9);
  EXPECT_THAT(units[2].after, ElementsAre(0, 1));
  for (const int tile : {3, 4, 5}) {
    EXPECT_EQ(units[static_cast<std::size_t>(tile)].kind, UnitKind::kTile);
    EXPECT_EQ(units[static_cast<std::size_t>(tile)].index, tile - 3);
    EXPECT_THAT(units[static_cast<std::size_t>(tile)].after, ElementsAre(2));
  }
  EXPECT_THAT(units[6].after, ElementsAre(3, 4, 5));
  EXPECT_THAT(units[7].after, ElementsAre(6));
  EXPECT_THAT(units[8].after, ElementsAre(6));
}

TEST(UnitOrderTest, OnlyUnitsWhosePredecessorsHaveEndedAreTaken) {
  UnitOrder order(SmallGraph(), SmallPlan());
  EXPECT_EQ(order.Take(), 0);
  EXPECT_EQ(order.Take(), 1);
  EXPECT_EQ(order.Take(), std::nullopt);
  order.End(1);
  EXPECT_EQ(order.Take(), std::nullopt);
  order.End(0);
  EXPECT_EQ(order.Take(), 2);
  EXPECT_EQ(order.Take(), std::nullopt);
  order.End(2);
  EXPECT_EQ(order.Take(), 3);
}

TEST(UnitOrderTest, NoMoreOfAKindRunThanThePlanAllows) {
  UnitOrder order(SmallGraph(), SmallPlan());
  for (const int preparation : {0, 1, 2}) {
    EXPECT_EQ(order.Take(), preparation);
    order.End(preparation);
  }
  EXPECT_EQ(order.Take(), 3);
  EXPECT_EQ(order.Take(), 4);
  EXPECT_EQ(order.Take(), std::nullopt);
  order.End(4);
  EXPECT_EQ(order.Take(), 5);
  order.End(5);
  EXPECT_EQ(order.Take(), std::nullopt);
  EXPECT_FALSE(order.is_done());
  order.End(3);
  EXPECT_EQ(order.Take(), 6);
  EXPECT_EQ(order.Take(), std::nullopt);  // the others come after the first check
  order.End(6);
  EXPECT_EQ(order.Take(), 7);
  EXPECT_EQ(order.Take(), 8);
  order.End(8);
  order.End(7);
  EXPECT_TRUE(order.is_done());
  EXPECT_EQ(order.Take(), std::nullopt);
}

TEST(UnitOrderTest, AKindRunsOnAsManyThreadsAsItMayAtATime) {
  UnitOrder order(SmallGraph(), SmallPlan());
  for (const int preparation : {0, 1, 2}) {
    EXPECT_EQ(order.Take(/*thread=*/2), preparation);
    order.End(preparation);
  }
  EXPECT_EQ(order.Take(/*thread=*/2), std::nullopt);
  EXPECT_EQ(order.Take(/*thread=*/1), 3);
  EXPECT_EQ(order.Take(/*thread=*/0), 4);
}

// A plan that has no memory for a check side by side with anything still runs one at a time.
TEST(UnitOrderTest, OneUnitOfAKindMayAlwaysRun) {
  AlignmentPlan plan = SmallPlan();
  plan.preparations_at_once = 0;
  UnitOrder order(SmallGraph(), plan);
  EXPECT_EQ(order.Take(), 0);
  EXPECT_EQ(order.Take(), std::nullopt);
  order.End(0);
  EXPECT_EQ(order.Take(), 1);
}

TEST(UnitOrderTest, UnitsThatAreSkippedStillComeInOrder) {
  UnitOrder order(SmallGraph(), SmallPlan());
  for (const int tile : {3, 4, 5}) order.Skip(tile);
  EXPECT_EQ(order.Take(), 0);
  EXPECT_EQ(order.Take(), 1);
  order.End(0);
  order.End(1);
  EXPECT_EQ(order.Take(), 2);
  EXPECT_EQ(order.Take(), std::nullopt);  // no check before the preparations have ended
  order.End(2);
  EXPECT_EQ(order.Take(), 6);
}

TEST(UnitOrderTest, AUnitWithoutPredecessorsCanBeSkipped) {
  UnitOrder order(SmallGraph(), SmallPlan());
  order.Skip(1);
  EXPECT_EQ(order.Take(), 0);
  EXPECT_EQ(order.Take(), std::nullopt);
  order.End(0);
  EXPECT_EQ(order.Take(), 2);
}

}  // namespace
}  // namespace brainalign
