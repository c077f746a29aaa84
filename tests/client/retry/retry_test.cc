#include "client/retry/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/cord.h"
#include "brainalign/v1/error.pb.h"
#include "tests/client/fakes/fake_clock.h"

namespace brainalign {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

const absl::Status kGone = absl::UnavailableError("gone");

RetryOptions WithoutJitter() {
  RetryOptions options;
  options.max_attempts = 6;
  options.first_delay_seconds = 0.5;
  options.max_delay_seconds = 3;
  options.growth = 2;
  options.jitter = 0;
  return options;
}

TEST(RetryTest, DelaysGrowUpToTheirLimitAndAttemptsEnd) {
  FakeClock clock;
  Retry retry(WithoutJitter(), clock, {});
  int tries = 1;
  while (retry.Again(kGone)) ++tries;
  EXPECT_EQ(tries, 6);
  EXPECT_THAT(clock.sleeps_seconds, ElementsAre(0.5, 1, 2, 3, 3));
}

TEST(RetryTest, OneAttemptNeverTriesAgain) {
  FakeClock clock;
  RetryOptions options = WithoutJitter();
  options.max_attempts = 1;
  EXPECT_FALSE(Retry(options, clock, {}).Again(kGone));
  EXPECT_TRUE(clock.sleeps_seconds.empty());
}

TEST(RetryTest, CodesOutsideTheSetAreFinal) {
  FakeClock clock;
  Retry retry(WithoutJitter(), clock, {});
  EXPECT_FALSE(retry.Again(absl::InvalidArgumentError("wrong")));
  EXPECT_FALSE(retry.Again(absl::ResourceExhaustedError("full")));
  EXPECT_TRUE(clock.sleeps_seconds.empty());
}

TEST(RetryTest, ProgressStartsAfresh) {
  FakeClock clock;
  RetryOptions options = WithoutJitter();
  options.max_attempts = 3;
  Retry retry(options, clock, {});
  EXPECT_TRUE(retry.Again(kGone));
  EXPECT_TRUE(retry.Again(kGone));
  retry.Progress();
  EXPECT_TRUE(retry.Again(kGone));
  EXPECT_TRUE(retry.Again(kGone));
  EXPECT_FALSE(retry.Again(kGone));
  EXPECT_THAT(clock.sleeps_seconds, ElementsAre(0.5, 1, 0.5, 1));
}

TEST(RetryTest, JitterShortensEachDelayByItsShareAtMost) {
  FakeClock clock;
  RetryOptions options = WithoutJitter();
  options.growth = 1;
  options.jitter = 0.4;
  options.max_attempts = 200;
  options.seed = 7;
  Retry retry(options, clock, {});
  while (retry.Again(kGone)) {
  }
  ASSERT_EQ(clock.sleeps_seconds.size(), 199u);
  EXPECT_THAT(clock.sleeps_seconds,
              testing::Each(testing::AllOf(testing::Ge(0.3), testing::Le(0.5))));
  // Spread over the whole stretch, not at one end of it.
  EXPECT_THAT(clock.sleeps_seconds, testing::Contains(testing::Lt(0.33)));
  EXPECT_THAT(clock.sleeps_seconds, testing::Contains(testing::Gt(0.47)));
}

TEST(RetryTest, StopEndsTheWait) {
  FakeClock clock;
  std::stop_source stop;
  Retry retry(WithoutJitter(), clock, stop.get_token());
  EXPECT_TRUE(retry.Again(kGone));
  stop.request_stop();
  EXPECT_FALSE(retry.Again(kGone));
}

TEST(RetryTest, DelayThatTheServerAsksForIsKept) {
  FakeClock clock;
  Retry retry(WithoutJitter(), clock, {});
  v1::RetryInfo info;
  info.mutable_retry_delay()->set_seconds(12);
  info.mutable_retry_delay()->set_nanos(500'000'000);
  absl::Status busy = absl::ResourceExhaustedError("too many uploads");
  busy.SetPayload("type.googleapis.com/google.rpc.RetryInfo", absl::Cord(info.SerializeAsString()));
  EXPECT_TRUE(retry.Again(busy));
  EXPECT_THAT(clock.sleeps_seconds, ElementsAre(DoubleEq(12.5)));
}

TEST(RetryTest, NobodyWaitsForDaysThoughTheServerAsksForThem) {
  FakeClock clock;
  RetryOptions options = WithoutJitter();
  options.max_asked_seconds = 60;
  v1::RetryInfo info;
  absl::Status full = absl::ResourceExhaustedError("no CPU-hours are left until Friday");
  const auto ask_for = [&](std::int64_t seconds) {
    info.mutable_retry_delay()->set_seconds(seconds);
    full.SetPayload("type.googleapis.com/google.rpc.RetryInfo",
                    absl::Cord(info.SerializeAsString()));
  };
  ask_for(61);
  EXPECT_FALSE(Retry(options, clock, {}).Again(full));
  EXPECT_TRUE(clock.sleeps_seconds.empty());
  ask_for(60);
  EXPECT_TRUE(Retry(options, clock, {}).Again(full));
  EXPECT_THAT(clock.sleeps_seconds, ElementsAre(60));
}

TEST(RetryTest, WaitIsAnnounced) {
  FakeClock clock;
  Retry retry(WithoutJitter(), clock, {});
  double announced = 0;
  EXPECT_TRUE(retry.Again(kGone, [&announced](double seconds) { announced = seconds; }));
  EXPECT_EQ(announced, 0.5);
}

TEST(SystemClockTest, StopInterruptsASleep) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(SystemClock().Sleep(3600, stop.get_token()));
  EXPECT_TRUE(SystemClock().Sleep(0, {}));
}

}  // namespace
}  // namespace brainalign
