// Blocks where the epoch says nothing about how long words are correlated, and blocks that are too
// short. tests/core/calibration/short_epochs.py has the rates that the lengths give.
#include "core/inference/blocks.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/inference/session_words.h"
#include "core/inference/uncertainty.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::Not;

TEST(BlockLengthTest, OneTimeSampleSaysNothingAboutCorrelation) {
  EXPECT_EQ(BlockWords(0, 0.3, 1000, 5), 40);    // 25 blocks
  EXPECT_EQ(BlockWords(0, 0.3, 40000, 5), 100);  // and 400 blocks
  EXPECT_EQ(BlockWords(0, 0.3, 500, 5), 20);     // 25 blocks
  EXPECT_EQ(BlockWords(0, 0.3, 300, 5), 20);     // 15 blocks
  EXPECT_EQ(BlockWords(0, 0.3, 200, 5), 13);     // 15 blocks
  EXPECT_EQ(BlockWords(0, 0.3, 100, 5), 10);
  EXPECT_EQ(BlockWords(0, 0.3, 4, 5), 4);
  EXPECT_EQ(BlockWords(0, 0.3, 1000, 20), 25);  // 20 folds of 50 words have two blocks each
}

// Short or not: a caution says where such blocks are correlated.
TEST(BlockLengthTest, EveryEpochIsCountedAsPrescribed) {
  EXPECT_EQ(BlockWords(0.3, 0.3, 1000, 5), 4);
  EXPECT_EQ(BlockWords(0.15, 0.3, 1000, 5), 2);
  EXPECT_EQ(BlockWords(0.01, 0.3, 1000, 5), 1);
}

// Three words at each volume, which are 1.5 s apart; two sessions, each on a clock of its own.
TEST(BlockLengthTest, WordsThatShareOnsetsAreAsFarApartAsTheyAreInTheMean) {
  std::vector<double> onsets;
  std::vector<std::int64_t> sessions;
  for (int session = 0; session < 2; ++session) {
    for (int word = 0; word < 300; ++word) {
      onsets.push_back(1.5 * (word / 3));
      sessions.push_back(session);
    }
  }
  EXPECT_NEAR(WordGapSeconds(onsets, sessions), 0.5, 0.01);
  EXPECT_EQ(WordGapSeconds({2, 2, 2}, {}), 0.3);
}

TEST(BlockLengthTest, PlanOfOneTimeSampleKeepsBlocksInSessions) {
  std::vector<std::int64_t> sessions(1000);
  for (std::size_t word = 0; word < sessions.size(); ++word) {
    sessions[word] = static_cast<std::int64_t>(word / 200);
  }
  UncertaintyOptions options{.nulls = 19, .draws = 100};
  const UncertaintyPlan plan =
      PlanUncertainty(options, sessions, {}, /*epoch_seconds=*/0, ContiguousFolds(1000, 5));
  EXPECT_EQ(plan.block_words, 40);
  EXPECT_EQ(plan.blocks.count(), 25U);
  EXPECT_EQ(plan.min_shift_words, 1);
  ResolveWords(plan, options);
  EXPECT_EQ(options.block_words, 40);
}

// (2 folds of `half` blocks, 1) In each fold `run` blocks of 1, then as many of -1, and so on.
RowMatrix<double> Runs(int half, int run) {
  RowMatrix<double> influence(2 * half, 1);
  for (int block = 0; block < 2 * half; ++block) {
    influence(block, 0) = block % half / run % 2 == 0 ? 1 : -1;
  }
  return influence;
}

std::vector<int> TwoFolds(int half) {
  std::vector<int> folds(static_cast<std::size_t>(half), 0);
  folds.resize(2 * folds.size(), 1);
  return folds;
}

TEST(CorrelatedBlocksTest, ComparesNeighboursOfAFold) {
  // Products of neighbours: 18 of 1 and one of -1 in each fold of 20. 34 / 40 > 2 / sqrt(38).
  EXPECT_TRUE(NeighboursAreCorrelated(Runs(20, 10), TwoFolds(20)));
  // -38 / 40.
  EXPECT_FALSE(NeighboursAreCorrelated(Runs(20, 1), TwoFolds(20)));
  // 2 (10 - 9) / 40, which is chance.
  EXPECT_FALSE(NeighboursAreCorrelated(Runs(20, 2), TwoFolds(20)));
  // 2 (2 - 1) / 8, which is chance with so few blocks.
  EXPECT_FALSE(NeighboursAreCorrelated(Runs(4, 2), TwoFolds(4)));
  // Rows that are no blocks (of the choice of alphas) do not count.
  RowMatrix<double> more = RowMatrix<double>::Constant(50, 1, 100);
  more.topRows(40) = Runs(20, 10);
  EXPECT_TRUE(NeighboursAreCorrelated(more, TwoFolds(20)));
}

TEST(CorrelatedBlocksTest, NothingIsNotCorrelated) {
  EXPECT_FALSE(NeighboursAreCorrelated(RowMatrix<double>::Zero(40, 3), TwoFolds(20)));
  EXPECT_FALSE(NeighboursAreCorrelated(Runs(1, 1), TwoFolds(1)));
  EXPECT_FALSE(NeighboursAreCorrelated(RowMatrix<double>(0, 3), {}));
}

// The cautions of 1,000 words in 5 folds, one layer and time, whose influence is autoregressive.
std::vector<Caution> CautionsOf(double autoregression, int block_words) {
  const UncertaintyOptions options{.nulls = 0, .draws = 50, .block_words = block_words};
  const UncertaintyPlan plan = PlanUncertainty(options, {}, {}, 0, ContiguousFolds(1000, 5));
  ReproducibleRandom random(11);
  UncertaintyInputs inputs;
  inputs.seen = {{0.2}, {0}, {1}};
  const auto blocks = static_cast<Eigen::Index>(plan.blocks.count());
  inputs.held_out_influence = RowMatrix<double>::Zero(blocks, 1);
  inputs.refit_influence = RowMatrix<double>::Zero(blocks, 1);
  double value = 0;
  for (const std::int32_t block : plan.blocks.of_word) {
    value = autoregression * value + 0.001 * random.Normal();
    inputs.held_out_influence(block, 0) += value;
  }
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(plan, inputs);
  EXPECT_TRUE(result.ok()) << result.status();
  return result.ok() ? result->cautions : std::vector<Caution>();
}

TEST(CorrelatedBlocksTest, ACautionSaysThatBlocksAreTooShort) {
  EXPECT_THAT(CautionsOf(0.8, 1), Contains(Caution::kBlocksCorrelated));
  EXPECT_THAT(CautionsOf(0.8, 4), Contains(Caution::kBlocksCorrelated));
  EXPECT_THAT(CautionsOf(0.8, 40), Not(Contains(Caution::kBlocksCorrelated)));
  EXPECT_THAT(CautionsOf(0, 1), Not(Contains(Caution::kBlocksCorrelated)));
}

}  // namespace
}  // namespace brainalign
