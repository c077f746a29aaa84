// Steps that wait for others, taken by one thread and by several.
#include "core/align/steps.h"

#include <atomic>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

TEST(StepsTest, TheFirstThatIsReadyIsTaken) {
  const CancelFlag cancel{false};
  Steps steps;
  const int first = steps.Add({});
  const int second = steps.Add({});
  const int after_both = steps.Add({first, second});
  const int last = steps.Add({});
  EXPECT_EQ(steps.count(), 4);
  EXPECT_EQ(*steps.Take(cancel), first);
  EXPECT_EQ(*steps.Take(cancel), second);
  EXPECT_EQ(*steps.Take(cancel), last);  // it need not wait
  steps.End(second, absl::OkStatus());
  steps.End(first, absl::OkStatus());
  EXPECT_EQ(*steps.Take(cancel), after_both);
}

TEST(StepsTest, ThreadsWaitForWhatOthersDo) {
  const CancelFlag cancel{false};
  constexpr int kChains = 20;
  constexpr int kLength = 10;
  Steps steps;
  for (int chain = 0; chain < kChains; ++chain) {
    int before = steps.Add({});
    for (int i = 1; i < kLength; ++i) before = steps.Add({before});
  }
  std::vector<std::atomic<int>> done(kChains);  // of each chain
  std::atomic<int> left{steps.count()};
  std::atomic<bool> in_order{true};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      while (--left >= 0) {
        const int step = *steps.Take(cancel);
        const auto chain = static_cast<std::size_t>(step / kLength);
        if (done[chain].fetch_add(1) != step % kLength) in_order = false;
        steps.End(step, absl::OkStatus());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(in_order);
  for (const std::atomic<int>& of_chain : done) EXPECT_EQ(of_chain, kLength);
}

TEST(StepsTest, AFailureEndsTheWaitingOfAll) {
  const CancelFlag cancel{false};
  Steps steps;
  const int first = steps.Add({});
  steps.Add({first});
  EXPECT_EQ(*steps.Take(cancel), first);
  std::thread other(
      [&] { EXPECT_EQ(steps.Take(cancel).status(), absl::InternalError("no convergence")); });
  steps.End(first, absl::InternalError("no convergence"));
  other.join();
}

TEST(StepsTest, ACancelEndsTheWaiting) {
  CancelFlag cancel{false};
  Steps steps;
  const int first = steps.Add({});
  steps.Add({first});
  EXPECT_EQ(*steps.Take(cancel), first);
  std::thread other(
      [&] { EXPECT_EQ(steps.Take(cancel).status().code(), absl::StatusCode::kCancelled); });
  cancel = true;
  other.join();
}

}  // namespace
}  // namespace brainalign
