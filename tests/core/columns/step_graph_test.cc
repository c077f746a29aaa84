// StepGraph that wait for others, taken by one thread and by several.
#include "core/columns/step_graph.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

TEST(StepGraphTest, TheFirstThatIsReadyIsTaken) {
  const CancelFlag cancel{false};
  StepGraph steps;
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

TEST(StepGraphTest, NoMoreGroupsAreOpenThanAllowed) {
  const CancelFlag cancel{false};
  StepGraph steps;
  steps.LimitOpenGroups(1);
  const int first = steps.Add({}, 0);
  const int second = steps.Add({first}, 0);
  const int outside = steps.Add({second});
  const int of_next = steps.Add({}, 1);
  const int free = steps.Add({});
  EXPECT_EQ(*steps.Take(cancel), first);
  EXPECT_EQ(*steps.Take(cancel), free);  // the next group waits
  steps.End(first, absl::OkStatus());
  EXPECT_EQ(*steps.Take(cancel), second);
  steps.End(second, absl::OkStatus());
  // What waits for a group is none of it.
  EXPECT_EQ(*steps.Take(cancel), outside);
  EXPECT_EQ(*steps.Take(cancel), of_next);
}

TEST(StepGraphTest, GroupsOpenAtATimeAreLimitedForThreads) {
  const CancelFlag cancel{false};
  constexpr int kGroups = 12;
  constexpr int kMostOpen = 2;
  constexpr int kSideBySide = 3;
  StepGraph steps;
  steps.LimitOpenGroups(kMostOpen);
  std::vector<int> group_of;
  for (int group = 0; group < kGroups; ++group) {
    std::vector<int> parts;
    for (int i = 0; i < kSideBySide; ++i) parts.push_back(steps.Add({}, group));
    steps.Add(parts, group);
    for (int i = 0; i <= kSideBySide; ++i) group_of.push_back(group);
  }
  std::mutex mutex;
  std::vector<int> begun(kGroups);
  std::vector<int> ended(kGroups);
  int most_seen = 0;
  std::atomic<int> left{steps.count()};
  std::vector<std::thread> threads;
  for (int t = 0; t < 5; ++t) {
    threads.emplace_back([&] {
      while (--left >= 0) {
        const int step = *steps.Take(cancel);
        const auto group = static_cast<std::size_t>(group_of[static_cast<std::size_t>(step)]);
        {
          const std::lock_guard<std::mutex> lock(mutex);
          ++begun[group];
          int open = 0;
          for (std::size_t g = 0; g < kGroups; ++g) {
            open += begun[g] > 0 && ended[g] < kSideBySide + 1 ? 1 : 0;
          }
          most_seen = std::max(most_seen, open);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
        {
          const std::lock_guard<std::mutex> lock(mutex);
          ++ended[group];
        }
        steps.End(step, absl::OkStatus());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(most_seen, kMostOpen);
  for (const int of_group : ended) EXPECT_EQ(of_group, kSideBySide + 1);
}

TEST(StepGraphTest, ThreadsWaitForWhatOthersDo) {
  const CancelFlag cancel{false};
  constexpr int kChains = 20;
  constexpr int kLength = 10;
  StepGraph steps;
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

TEST(StepGraphTest, AFailureEndsTheWaitingOfAll) {
  const CancelFlag cancel{false};
  StepGraph steps;
  const int first = steps.Add({});
  steps.Add({first});
  EXPECT_EQ(*steps.Take(cancel), first);
  std::thread other(
      [&] { EXPECT_EQ(steps.Take(cancel).status(), absl::InternalError("no convergence")); });
  steps.End(first, absl::InternalError("no convergence"));
  other.join();
}

TEST(StepGraphTest, ACancelEndsTheWaiting) {
  CancelFlag cancel{false};
  StepGraph steps;
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
