// The second level of the test of order against tests/golden/uncertainty/two_levels.json, and where
// it gives no p.
#include "core/inference/two_level_order.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/inference/blocks.h"
#include "core/inference/order_test.h"
#include "gtest/gtest.h"
#include "tests/core/inference/golden_file.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

// Of `blocks` blocks in five folds, and random numbers for the rest.
struct RandomOrder {
  explicit RandomOrder(std::size_t blocks) {
    ReproducibleRandom random(blocks);
    constexpr std::size_t kLayers = 3;
    constexpr std::size_t kTimes = 4;
    for (std::size_t i = 0; i < kLayers * kTimes; ++i) seen.score.push_back(random.Normal());
    seen.times_seconds = {0, 0.1, 0.2, 0.3};
    seen.depth = {0.2, 0.5, 0.8};
    RowMatrix<double> sums(static_cast<Eigen::Index>(blocks), kLayers * kTimes);
    for (Eigen::Index i = 0; i < sums.size(); ++i) sums.data()[i] = 0.1 * random.Normal();
    for (std::size_t b = 0; b < blocks; ++b) fold.push_back(static_cast<int>(b % 5));
    influence = CentreInFolds(sums, fold);
  }

  OrderTest Test(int draws) const {
    OrderTest test = *TestOrder(seen, influence, 1, draws);
    EXPECT_TRUE(AddSecondLevel(seen, influence, fold, 1, draws, test).ok());
    return test;
  }

  ScoreMatrix seen;
  BlockInfluence influence;
  std::vector<int> fold;
};

TEST(TwoLevelOrderTest, IsWhatNumpySays) {
  for (const nlohmann::json& expected : ReadUncertaintyGolden("two_levels")) {
    const auto name = expected.at("experiment").get<std::string>();
    const nlohmann::json golden = ReadUncertaintyGolden(name);
    const ScoreMatrix seen{FlatNumbers(expected.at("score")), FlatNumbers(golden.at("times")),
                           FlatNumbers(golden.at("depth"))};
    const auto fold = golden.at("fold_of_block").get<std::vector<int>>();
    const BlockInfluence influence =
        CentreInFolds(MatrixOf(golden.at("held_out")) + MatrixOf(golden.at("refit")), fold);
    const auto seed = golden.at("seed").get<std::uint64_t>();
    const int draws = golden.at("draws").get<int>();
    OrderTest test = *TestOrder(seen, influence, seed, draws);
    ASSERT_TRUE(AddSecondLevel(seen, influence, fold, seed, draws, test).ok());
    ExpectClose(*test.p_temporal_score, expected.at("p_temporal_score"), 1e-12, "one level");
    ExpectClose(*test.p_half_score, expected.at("p_half_score"), 1e-12, "one level, t_half");
    ExpectClose(*test.two_level_p_temporal_score, expected.at("two_level_p_temporal_score"), 1e-7,
                name.c_str());
    ExpectClose(*test.two_level_p_half_score, expected.at("two_level_p_half_score"), 1e-7,
                name.c_str());
  }
}

TEST(TwoLevelOrderTest, ManyBlocksNeedNone) {
  EXPECT_TRUE(RandomOrder(104).Test(20).two_level_p_half_score.has_value());
  EXPECT_FALSE(RandomOrder(105).Test(20).two_level_p_half_score.has_value());
}

TEST(TwoLevelOrderTest, WithoutOneLevelThereAreNotTwo) {
  EXPECT_FALSE(RandomOrder(40).Test(0).two_level_p_temporal_score.has_value());
  EXPECT_FALSE(RandomOrder(5).Test(20).two_level_p_temporal_score.has_value());
  RandomOrder undefined(40);
  undefined.seen.score.assign(undefined.seen.score.size(), -1);  // no layer has a time
  EXPECT_FALSE(undefined.Test(20).two_level_p_temporal_score.has_value());
}

// Nothing is known of the noise where it is 0, and every draw is the common time course itself.
TEST(TwoLevelOrderTest, NoNoiseGivesADefinedP) {
  RandomOrder exact(40);
  exact.influence.values.setZero();
  const OrderTest test = exact.Test(20);
  for (const auto& p : {test.two_level_p_temporal_score, test.two_level_p_half_score}) {
    if (!p.has_value()) continue;
    EXPECT_GT(*p, 0);
    EXPECT_LE(*p, 1);
  }
}

TEST(TwoLevelOrderTest, IsTheSameEachTime) {
  const RandomOrder order(40);
  EXPECT_EQ(order.Test(50).two_level_p_half_score, order.Test(50).two_level_p_half_score);
}

}  // namespace
}  // namespace brainalign
