#include "core/start_thread.h"

#include <atomic>
#include <string>

#include "gmock/gmock.h"
#include "tests/fakes/refused_threads.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

TEST(StartThreadTest, RunsTheBodyAndJoinsIt) {
  std::atomic<bool> ran{false};
  {
    const auto thread = StartThread("to test", [&](const std::stop_token&) { ran = true; });
    ASSERT_TRUE(thread.ok()) << thread.status();
  }
  EXPECT_TRUE(ran);
}

TEST(StartThreadTest, AsksTheBodyToStopWhenItGoesAway) {
  const auto thread = StartThread("to test", [](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  EXPECT_TRUE(thread.ok()) << thread.status();
}

TEST(StartThreadTest, ASystemThatStartsNoneIsAnErrorThatSaysWhatFor) {
  const RefusedThreads refused(1);
  const auto first = StartThread("to count", [](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  EXPECT_TRUE(first.ok()) << first.status();
  std::atomic<bool> ran{false};
  const auto second = StartThread("to count further", [&](const std::stop_token&) { ran = true; });
  EXPECT_EQ(second.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr("no thread can be started to count further"));
  EXPECT_FALSE(ran);
  EXPECT_EQ(RefusedThreads::refused(), 1);
}

}  // namespace
}  // namespace brainalign
