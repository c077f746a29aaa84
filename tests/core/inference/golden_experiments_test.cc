// Whole experiments against tests/golden/uncertainty: null matrices and block sums go in, and what
// a slow program printed comes out.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/inference/block_intervals.h"
#include "core/inference/circular_shift.h"
#include "core/inference/cluster_mass.h"
#include "core/inference/paired_test.h"
#include "core/inference/uncertainty.h"
#include "tests/core/inference/golden_file.h"

namespace brainalign {
namespace {

constexpr double kSameArithmetic = 1e-12;
// The quantile of Student's t in scipy, which the golden intervals were made with, is off by 4e-9.
constexpr double kScipyQuantile = 1e-8;

class GoldenExperimentTest : public ::testing::TestWithParam<const char*> {
 protected:
  nlohmann::json golden_ = ReadUncertaintyGolden(GetParam());
  const nlohmann::json& expected_ = golden_.at("expected");
  ScoreMatrix seen_{FlatNumbers(expected_.at("score")), FlatNumbers(golden_.at("times")),
                    FlatNumbers(golden_.at("depth"))};

  UncertaintyPlan Plan() {
    const auto sessions = golden_.at("sessions").get<std::vector<std::int64_t>>();
    const std::vector<double> onsets = FlatNumbers(golden_.at("onsets"));
    UncertaintyOptions options;
    options.nulls = golden_.at("nulls");
    options.draws = golden_.at("draws");
    options.seed = golden_.at("seed");
    if (!golden_.at("block_words").is_null()) options.block_words = golden_.at("block_words");
    if (!golden_.at("min_shift_words").is_null()) {
      options.min_shift_words = golden_.at("min_shift_words");
    }
    const bool by_group = !sessions.empty() && golden_.at("strict").get<bool>();
    const std::vector<Words> folds =
        by_group ? GroupFolds(sessions, 5)
                 : ContiguousFolds(static_cast<std::int32_t>(onsets.size()), 5);
    return PlanUncertainty(options, sessions, onsets,
                           seen_.times_seconds.back() - seen_.times_seconds.front(), folds);
  }

  UncertaintyInputs Inputs() {
    UncertaintyInputs inputs;
    inputs.seen = seen_;
    inputs.null = MatrixOf(golden_.at("null"));
    inputs.held_out_influence = MatrixOf(golden_.at("held_out"));
    inputs.refit_influence = MatrixOf(golden_.at("refit"));
    return inputs;
  }
};

void ExpectInterval(const std::optional<Interval>& actual, double low, double high,
                    const char* what) {
  if (std::isnan(low)) {
    EXPECT_FALSE(actual.has_value()) << what;
    return;
  }
  ASSERT_TRUE(actual.has_value()) << what;
  ExpectClose(actual->low, low, kScipyQuantile, what);
  ExpectClose(actual->high, high, kScipyQuantile, what);
}

void ExpectP(const std::optional<double>& actual, const nlohmann::json& expected) {
  ASSERT_EQ(actual.has_value(), !expected.is_null());
  if (actual.has_value()) {
    EXPECT_DOUBLE_EQ(*actual, expected.get<double>());
  }
}

TEST_P(GoldenExperimentTest, PlanHasTheSameShiftsAndBlocks) {
  const UncertaintyPlan plan = Plan();
  EXPECT_EQ(plan.block_words, expected_.at("blocks").at("words").get<int>());
  EXPECT_EQ(plan.min_shift_words, expected_.at("no_relation").at("min_shift_words").get<int>());
  EXPECT_EQ(plan.blocks.of_word, golden_.at("block_of_word").get<std::vector<std::int32_t>>());
  EXPECT_EQ(plan.blocks.fold, golden_.at("fold_of_block").get<std::vector<int>>());
  for (std::uint64_t null = 0; null < 3; ++null) {
    EXPECT_EQ(ShiftedWords(plan.sessions, plan.min_shift_words, plan.seed, null),
              golden_.at("shifted_words").at(null).get<std::vector<std::int32_t>>());
  }
}

TEST_P(GoldenExperimentTest, NullOfNoRelation) {
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(Plan(), Inputs());
  ASSERT_TRUE(result.ok()) << result.status();
  const nlohmann::json& expected = expected_.at("no_relation");
  const NoRelationTests& tests = result->no_relation->tests;
  EXPECT_EQ(result->no_relation->nulls, expected.at("nulls").get<int>());
  EXPECT_DOUBLE_EQ(tests.p_max, expected.at("p_max").get<double>());
  EXPECT_DOUBLE_EQ(tests.p_mean_of_maxima, expected.at("p_mean_of_maxima").get<double>());
  ExpectClose(tests.p_familywise, FlatNumbers(expected.at("p_familywise")), 1e-15, "familywise");
  ExpectClose(tests.p_cell, FlatNumbers(expected.at("p_cell")), 1e-15, "p_cell");
  ExpectClose(tests.q_cell, FlatNumbers(expected.at("q_cell")), 1e-14, "q_cell");
  ExpectP(tests.p_temporal_score, expected.at("p_temporal_score"));
}

TEST_P(GoldenExperimentTest, Clusters) {
  const ClusterTests tests = TestClusters(seen_, MatrixOf(golden_.at("null")), 1.0);
  ExpectClose(tests.mass, FlatNumbers(golden_.at("clusters").at("mass")), kSameArithmetic, "mass");
  ExpectClose(tests.p, FlatNumbers(golden_.at("clusters").at("p")), 1e-15, "p");
  const std::set<int> used(tests.cluster_of_cell.begin(), tests.cluster_of_cell.end());
  EXPECT_EQ(used.size(), tests.mass.size() + used.count(-1));
}

TEST_P(GoldenExperimentTest, IntervalsFromBlocks) {
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(Plan(), Inputs());
  ASSERT_TRUE(result.ok()) << result.status();
  const nlohmann::json& blocks = expected_.at("blocks");
  EXPECT_EQ(result->blocks->count, blocks.at("count").get<int>());
  EXPECT_EQ(result->blocks->df, blocks.at("df").get<int>());
  EXPECT_EQ(result->blocks->too_few_for_intervals, blocks.at("too_few_for_intervals").get<bool>());
  EXPECT_EQ(result->blocks->too_few_for_simultaneous,
            blocks.at("too_few_for_simultaneous").get<bool>());
  ExpectClose(result->se_refit, FlatNumbers(expected_.at("se_refit")), kSameArithmetic, "se");
  ExpectClose(result->se_fixed_maps, FlatNumbers(expected_.at("se_fixed_maps")), kSameArithmetic,
              "se of fixed maps");
  const BlockIntervals& intervals = result->intervals;
  if (result->blocks->too_few_for_intervals) {
    EXPECT_FALSE(intervals.t_quantile.has_value());
    EXPECT_FALSE(intervals.slope.has_value());
    EXPECT_FALSE(intervals.temporal_score_spread.has_value());
    return;
  }
  EXPECT_EQ(intervals.simultaneous_quantile.has_value(), !result->blocks->too_few_for_simultaneous);
  if (intervals.simultaneous_quantile.has_value()) {
    ExpectClose(*intervals.simultaneous_quantile, expected_.at("simultaneous_quantile"),
                kSameArithmetic, "band");
  }
  const std::vector<double> times = FlatNumbers(expected_.at("t_max_interval"));
  for (std::size_t layer = 0; layer < seen_.layers(); ++layer) {
    ExpectInterval(intervals.t_max[layer], times[layer], times[layer + seen_.layers()], "t_max");
  }
  const std::vector<double> slope = FlatNumbers(expected_.at("slope_interval"));
  ExpectInterval(intervals.slope, slope[0], slope[1], "slope");
  const std::vector<double> spread = FlatNumbers(expected_.at("temporal_score_spread"));
  ExpectInterval(intervals.temporal_score_spread, spread[0], spread[1], "spread");
}

TEST_P(GoldenExperimentTest, Order) {
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(Plan(), Inputs());
  ASSERT_TRUE(result.ok()) << result.status();
  const nlohmann::json& expected = expected_.at("order");
  const OrderTest& order = *result->order;
  ExpectClose(order.t_half, FlatNumbers(expected.at("t_half")), kSameArithmetic, "t_half");
  ExpectClose(order.half_score, NumberOf(expected.at("half_score")), kSameArithmetic, "score");
  ExpectClose(order.half_slope, NumberOf(expected.at("half_slope")), kSameArithmetic, "slope");
  ExpectClose(*order.common_share, expected.at("common_share"), kSameArithmetic, "share");
  ExpectP(order.p_temporal_score, expected.at("p_temporal_score"));
  ExpectP(order.p_half_score, expected.at("p_half_score"));
}

TEST_P(GoldenExperimentTest, PairOfModels) {
  const UncertaintyPlan plan = Plan();
  const ScoreMatrix other{FlatNumbers(golden_.at("other_score")), seen_.times_seconds, seen_.depth};
  const BlockInfluence first = CentreInFolds(
      MatrixOf(golden_.at("held_out")) + MatrixOf(golden_.at("refit")), plan.blocks.fold);
  const BlockInfluence second =
      CentreInFolds(MatrixOf(golden_.at("other_influence")), plan.blocks.fold);
  const PairedTest test = TestPair(seen_, other, first, second, plan.seed, plan.draws);
  const nlohmann::json& expected = expected_.at("paired");
  ExpectClose(test.difference, FlatNumbers(expected.at("difference")), kSameArithmetic, "D");
  ExpectClose(test.se, FlatNumbers(expected.at("se")), kSameArithmetic, "se");
  ExpectClose(test.alignment_difference, expected.at("alignment_difference"), kSameArithmetic,
              "alignment");
  if (first.degrees_of_freedom < kIntervalDegrees) {
    EXPECT_TRUE(test.p_cell.empty());
    EXPECT_FALSE(test.alignment_p.has_value());
    EXPECT_FALSE(test.slope_p.has_value());
    return;
  }
  ExpectClose(test.p_cell, FlatNumbers(expected.at("p_cell")), 1e-11, "p_cell");
  ExpectClose(*test.alignment_p, expected.at("alignment_p"), 1e-11, "alignment_p");
  const std::vector<double> interval = FlatNumbers(expected.at("alignment_interval"));
  ExpectInterval(test.alignment_interval, interval[0], interval[1], "alignment");
  if (first.degrees_of_freedom < kSimultaneousDegrees) {
    EXPECT_TRUE(test.p_familywise.empty());
  } else {
    ExpectClose(test.p_familywise, FlatNumbers(expected.at("p_familywise")), 1e-15, "familywise");
  }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenExperimentTest,
                         ::testing::Values("five_sessions", "one_session", "few_blocks",
                                           "automatic"),
                         [](const auto& test) { return std::string(test.param); });

}  // namespace
}  // namespace brainalign
