#include "server/schedule/forecast.h"

#include <gtest/gtest.h>

namespace brainalign {
namespace {

class ForecastTest : public testing::Test {
 protected:
  ForecastTest() {
    StartOrder::Settings settings;
    settings.places = 2;
    settings.memory_bytes = 100;
    state_.order = StartOrder(settings);
  }
  void Add(std::int64_t id, const Owner& owner, double estimated_seconds,
           std::int64_t memory_bytes = 1) {
    state_.share.Enter(id, owner);
    state_.order.Add({.id = id,
                      .owner = owner,
                      .memory_bytes = memory_bytes,
                      .estimated_seconds = estimated_seconds});
  }
  void Run(std::int64_t id, double remaining_seconds) {
    state_.order.Start(id, state_.share);
    state_.share.Start(id);
    state_.remaining_seconds[id] = remaining_seconds;
  }

  QueueState state_{0, 1, FairShare({}), StartOrder({}), {}};
};

TEST_F(ForecastTest, TwoThatRunShareTheThreads) {
  Add(1, {"lab", "a"}, 100);
  Add(2, {"lab", "b"}, 100);
  Run(1, 10);
  Run(2, 30);
  const auto expected = Forecast(state_, 100);
  EXPECT_EQ(expected.at(1).place, 0);
  EXPECT_DOUBLE_EQ(expected.at(1).end_seconds, 20);
  EXPECT_DOUBLE_EQ(expected.at(2).end_seconds, 40);
}

TEST_F(ForecastTest, WhoWaitsStartsWhenAPlaceIsFree) {
  Add(1, {"lab", "a"}, 100);
  Add(2, {"lab", "b"}, 100);
  Add(3, {"lab", "c"}, 5);
  Run(1, 10);
  Run(2, 30);
  const auto expected = Forecast(state_, 100);
  EXPECT_EQ(expected.at(3).place, 1);
  EXPECT_DOUBLE_EQ(expected.at(3).start_seconds, 20);
  EXPECT_DOUBLE_EQ(expected.at(3).end_seconds, 30);
  EXPECT_DOUBLE_EQ(expected.at(2).end_seconds, 45);
}

TEST_F(ForecastTest, MemoryIsPartOfIt) {
  Add(1, {"lab", "a"}, 10, 60);
  Add(2, {"lab", "b"}, 10, 60);
  const auto expected = Forecast(state_, 100);
  EXPECT_EQ(expected.at(1).place, 1);
  EXPECT_DOUBLE_EQ(expected.at(1).start_seconds, 0);
  EXPECT_EQ(expected.at(2).place, 2);
  EXPECT_DOUBLE_EQ(expected.at(2).start_seconds, 10);
  EXPECT_DOUBLE_EQ(expected.at(2).end_seconds, 20);
}

TEST_F(ForecastTest, WhatIsBeyondTheFirstIsNotGuessed) {
  for (int id = 1; id <= 5; ++id) Add(id, {"lab", "a"}, 10);
  const auto expected = Forecast(state_, 3);
  EXPECT_EQ(expected.size(), 3U);
  EXPECT_EQ(expected.count(4), 0U);
}

TEST_F(ForecastTest, AJobThatMayNotStartYetStartsAtItsMoment) {
  state_.now_seconds = 50;
  const Owner owner{"lab", "a"};
  state_.share.Enter(1, owner);
  state_.order.Add({.id = 1,
                    .owner = owner,
                    .memory_bytes = 1,
                    .estimated_seconds = 10,
                    .not_before_seconds = 60});
  const auto expected = Forecast(state_, 100);
  EXPECT_DOUBLE_EQ(expected.at(1).start_seconds, 10);
  EXPECT_DOUBLE_EQ(expected.at(1).end_seconds, 20);
}

TEST_F(ForecastTest, EmptyQueueHasNothingToTell) { EXPECT_TRUE(Forecast(state_, 100).empty()); }

}  // namespace
}  // namespace brainalign
