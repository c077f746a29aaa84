// Runs of alignments whose units end in every way there is.
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

// Four preparations and four tiles, which do what a test says.
class FakeAlignment final : public Alignment {
 public:
  std::function<absl::Status(int)> prepare = [](int) { return absl::OkStatus(); };
  std::function<absl::Status(int)> compute = [](int) { return absl::OkStatus(); };

  // `after`: of the preparations.
  explicit FakeAlignment(std::vector<std::vector<int>> after = std::vector<std::vector<int>>(4)) {
    plan_.preparations.resize(4);
    plan_.tiles.resize(4);
    plan_.preparations_at_once = 4;
    plan_.tiles_at_once = 4;
    tiles_.resize(4);
    units_ = UnitGraph(plan_, std::move(after));
  }
  const AlignmentSpec& spec() const override { return spec_; }
  const InputReport& input_report() const override { return report_; }
  const Plan& plan() const override { return plan_; }
  int layer_count() const override { return 1; }
  int time_count() const override { return 4; }
  const std::vector<Unit>& units() const override { return units_; }
  absl::Status Prepare(int unit, const CancelFlag&) override { return prepare(unit); }
  const std::vector<Tile>& tiles() const override { return tiles_; }
  absl::StatusOr<TileScores> Compute(int index, const CancelFlag&) const override {
    absl::Status status = compute(index);
    if (!status.ok()) return status;
    TileScores scores;
    scores.index = index;
    return scores;
  }
  absl::StatusOr<std::unique_ptr<Alignment>> InDouble(const std::string& /*why*/) override {
    return absl::UnimplementedError("it never asks for double precision");
  }
  AlignmentResult Assemble(const std::vector<TileScores>& tiles,
                           const std::vector<SelfCheck>& /*checks*/) const override {
    AlignmentResult result;
    result.times = static_cast<int>(tiles.size());
    return result;
  }

 private:
  AlignmentSpec spec_;
  InputReport report_;
  Plan plan_;
  std::vector<Tile> tiles_;
  std::vector<Unit> units_;
};

absl::StatusOr<AlignmentResult> RunFake(
    FakeAlignment& alignment, const std::function<void(const TileScores&)>& on_tile = {},
    const std::function<void(double, double)>& on_progress = {}) {
  const CancelFlag cancel{false};
  return RunAlignment(alignment, 4, cancel, on_tile, on_progress);
}

TEST(RunTest, EveryTileComesOnce) {
  FakeAlignment alignment;
  std::vector<int> seen;
  const auto result =
      RunFake(alignment, [&](const TileScores& tile) { seen.push_back(tile.index); });
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->times, 4);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, (std::vector<int>{0, 1, 2, 3}));
}

TEST(RunTest, NoUnitStartsBeforeThoseThatItComesAfterHaveEnded) {
  FakeAlignment alignment({{}, {0}, {0}, {1, 2}});
  std::vector<std::atomic<bool>> ended(4);
  std::atomic<bool> in_order = true;
  alignment.prepare = [&](int unit) {
    for (const int other : alignment.units()[static_cast<std::size_t>(unit)].after) {
      if (!ended[static_cast<std::size_t>(other)]) in_order = false;
    }
    ended[static_cast<std::size_t>(unit)] = true;
    return absl::OkStatus();
  };
  alignment.compute = [&](int) {
    if (!ended[3]) in_order = false;
    return absl::OkStatus();
  };
  for (int run = 0; run < 200; ++run) {
    for (std::atomic<bool>& one : ended) one = false;
    ASSERT_TRUE(RunFake(alignment).ok());
    ASSERT_TRUE(in_order);
  }
}

TEST(RunTest, WhatAUnitThrowsIsAStatus) {
  FakeAlignment no_memory;
  no_memory.prepare = [](int unit) -> absl::Status {
    if (unit == 2) throw std::bad_alloc();
    return absl::OkStatus();
  };
  EXPECT_TRUE(absl::IsResourceExhausted(RunFake(no_memory).status()));

  FakeAlignment too_long;
  too_long.compute = [](int unit) -> absl::Status {
    if (unit == 1) throw std::length_error("too long");
    return absl::OkStatus();
  };
  const absl::Status status = RunFake(too_long).status();
  EXPECT_TRUE(absl::IsInternal(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr("too long"));
}

TEST(RunTest, WhatAnObserverThrowsIsAStatusToo) {
  FakeAlignment alignment;
  const auto result = RunFake(alignment, [](const TileScores&) { throw std::bad_alloc(); });
  EXPECT_TRUE(absl::IsResourceExhausted(result.status()));
}

TEST(RunTest, ProgressThatCannotBeToldEndsNothing) {
  FakeAlignment alignment;
  std::atomic<int> told = 0;
  // Until it was told a second time, after a first one that failed.
  alignment.compute = [&](int) {
    while (told < 2) std::this_thread::yield();
    return absl::OkStatus();
  };
  const auto result = RunFake(alignment, {}, [&](double, double) {
    if (++told == 1) throw std::bad_alloc();
  });
  EXPECT_TRUE(result.ok()) << result.status();
}

TEST(RunTest, AFailedUnitIsTheLastThatBegins) {
  FakeAlignment alignment;
  std::atomic<int> begun = 0;
  alignment.prepare = [&](int) -> absl::Status {
    ++begun;
    return absl::UnavailableError("no");
  };
  alignment.compute = [](int) -> absl::Status { throw std::logic_error("no tile may begin"); };
  EXPECT_TRUE(absl::IsUnavailable(RunFake(alignment).status()));
  EXPECT_LE(begun, 4);
}

}  // namespace
}  // namespace brainalign
