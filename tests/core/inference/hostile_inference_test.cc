// Ties, constant cells, one layer, one time, few blocks, wrong shapes.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "core/inference/autocorrelation.h"
#include "core/inference/circular_shift.h"
#include "core/inference/curve_times.h"
#include "core/inference/drift.h"
#include "core/inference/multiple_tests.h"
#include "core/inference/paired_test.h"
#include "core/inference/session_words.h"
#include "core/inference/subjects.h"
#include "core/inference/uncertainty.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

using ::testing::Contains;
using ::testing::DoubleEq;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct SmallExperiment {
  UncertaintyPlan plan;
  UncertaintyInputs inputs;
};

// `words` words in one session and five folds, and random numbers for the rest.
SmallExperiment MakeSmall(std::int32_t words, std::size_t layers, std::size_t times, int nulls,
                          int draws) {
  ReproducibleRandom random(words + static_cast<std::uint64_t>(layers * 100 + times));
  SmallExperiment small;
  const UncertaintyOptions options{.nulls = nulls, .draws = draws, .block_words = 5};
  small.plan = PlanUncertainty(options, {}, {}, 0.1 * static_cast<double>(times - 1),
                               ContiguousFolds(words, 5));
  const auto fill = [&](std::size_t rows) {
    RowMatrix<double> matrix(static_cast<Eigen::Index>(rows),
                             static_cast<Eigen::Index>(layers * times));
    for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = 0.01 * random.Normal();
    return matrix;
  };
  const RowMatrix<double> score = fill(1);
  small.inputs.seen.score.assign(score.data(), score.data() + score.size());
  for (std::size_t t = 0; t < times; ++t) {
    small.inputs.seen.times_seconds.push_back(0.1 * static_cast<double>(t));
  }
  for (std::size_t layer = 0; layer < layers; ++layer) {
    small.inputs.seen.depth.push_back(static_cast<double>(layer + 1) / static_cast<double>(layers));
  }
  small.inputs.null = fill(static_cast<std::size_t>(small.plan.nulls));
  small.inputs.held_out_influence = fill(small.plan.blocks.count());
  small.inputs.refit_influence = fill(small.plan.blocks.count());
  return small;
}

TEST(HostileInferenceTest, OneLayerAndOneTimeHaveNoOrderAndNoNaN) {
  const SmallExperiment small = MakeSmall(400, 1, 1, 19, 40);
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(small.plan, small.inputs);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->slope.has_value());
  EXPECT_FALSE(result->order->p_temporal_score.has_value());
  EXPECT_FALSE(result->no_relation->tests.p_temporal_score.has_value());
  EXPECT_FALSE(result->intervals.slope.has_value());
  EXPECT_TRUE(std::isfinite(result->se_refit[0]));
  EXPECT_TRUE(std::isfinite(*result->intervals.simultaneous_quantile));
  EXPECT_THAT(*result->order->common_share, DoubleEq(1));
}

TEST(HostileInferenceTest, TwoLayersHaveASlopeAndNoTemporalScore) {
  EXPECT_TRUE(std::isnan(DepthCorrelation({0.1, 0.2}, {0.5, 1})));
  EXPECT_THAT(SlopeOnDepth({0.1, 0.2}, {0.5, 1}), DoubleEq(0.2));
  EXPECT_EQ(DepthCorrelation({0.1, 0.1, 0.1}, {0.1, 0.5, 1}), 0);
  EXPECT_TRUE(std::isnan(DepthCorrelation({0.1, 0.2, 0.3}, {0.5, 0.5, 0.5})));
}

TEST(HostileInferenceTest, OneTimeCourseOfAllLayersHasAScoreAndASlopeOfZero) {
  SmallExperiment small = MakeSmall(400, 5, 8, 19, 40);
  const std::vector<double> curve = {0.01, 0.02, 0.1, 0.3, 0.29, 0.11, 0.03, 0.02};
  const std::vector<double> gains = {1, 1.0 / 3, 0.7, 0.1,
                                     0.9};  // so that half a maximum is rounded
  for (std::size_t cell = 0; cell < small.inputs.seen.score.size(); ++cell) {
    small.inputs.seen.score[cell] = gains[cell / curve.size()] * curve[cell % curve.size()];
  }
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(small.plan, small.inputs);
  ASSERT_TRUE(result.ok()) << result.status();
  const OrderTest& order = *result->order;
  EXPECT_EQ(order.half_score, 0);
  EXPECT_EQ(order.half_slope, 0);
  EXPECT_EQ(result->slope, 0);
  EXPECT_EQ(order.p_temporal_score, 1);
  EXPECT_EQ(order.p_half_score, 1);
  EXPECT_EQ(result->no_relation->tests.p_temporal_score, 1);
  EXPECT_EQ(result->intervals.slope->low, -result->intervals.slope->high);
}

TEST(HostileInferenceTest, MatrixOfZerosHasPOfOneAndNoTimes) {
  SmallExperiment small = MakeSmall(400, 3, 4, 19, 40);
  std::fill(small.inputs.seen.score.begin(), small.inputs.seen.score.end(), 0.0);
  small.inputs.null.setZero();
  small.inputs.held_out_influence.setZero();
  small.inputs.refit_influence.setZero();
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(small.plan, small.inputs);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->no_relation->tests.p_cell, Each(1.0));
  EXPECT_THAT(result->no_relation->tests.q_cell, Each(1.0));
  EXPECT_THAT(result->no_relation->clusters.mass, ElementsAre());
  EXPECT_EQ(result->no_relation->clusters.p_max, 1);
  EXPECT_FALSE(result->intervals.t_max[0].has_value());
  EXPECT_FALSE(result->order->common_share.has_value());
  EXPECT_EQ(*result->intervals.simultaneous_quantile, 0);
  const BlockInfluence influence =
      CentreInFolds(small.inputs.refit_influence, small.plan.blocks.fold);
  const PairedTest pair =
      TestPair(small.inputs.seen, small.inputs.seen, influence, influence, 0, 40);
  EXPECT_THAT(pair.p_cell, Each(1.0));
  EXPECT_THAT(pair.p_familywise, Each(1.0));
  EXPECT_EQ(pair.alignment_p, 1);
  EXPECT_FALSE(pair.slope_difference.has_value());
}

TEST(HostileInferenceTest, OneBlockAFoldHasNoDegreeOfFreedomAndNoP) {
  const SmallExperiment small = MakeSmall(25, 3, 4, 5, 40);
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(small.plan, small.inputs);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->blocks->df, 0);
  EXPECT_FALSE(result->order->p_temporal_score.has_value());
  EXPECT_FALSE(result->order->p_half_score.has_value());
  EXPECT_THAT(result->cautions, Contains(Caution::kNoIntervals));
  EXPECT_THAT(result->cautions, Contains(Caution::kFewSessionWords));
}

TEST(HostileInferenceTest, DegreesOfFreedomDecideWhatIsGiven) {
  for (const auto& [words, intervals, band] :
       {std::tuple{70, false, false}, {75, true, false}, {220, true, false}, {225, true, true}}) {
    const SmallExperiment small = MakeSmall(words, 3, 4, 0, 20);
    const absl::StatusOr<Uncertainty> result = ComputeUncertainty(small.plan, small.inputs);
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->intervals.t_quantile.has_value(), intervals) << words;
    EXPECT_EQ(result->intervals.simultaneous_quantile.has_value(), band) << words;
    EXPECT_FALSE(result->no_relation.has_value());
  }
}

TEST(HostileInferenceTest, OneSessionLimitsTheNulls) {
  const std::vector<Words> one = WordsOfSessions({}, 100);
  EXPECT_EQ(DifferentNulls(one, 11, 199), 100 - 2 * 5 + 1);
  EXPECT_EQ(DifferentNulls(one, 1, 20), 20);
  EXPECT_EQ(DifferentNulls(WordsOfSessions({}, 1), 1, 20), 0);
  EXPECT_EQ(DifferentNulls(WordsOfSessions({1, 1, 2, 2}, 4), 1, 199), 199);
  const SmallExperiment small = MakeSmall(60, 3, 4, 199, 0);
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(small.plan, small.inputs);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->cautions, Contains(Caution::kNullsLimitedByOffsets));
  EXPECT_LT(result->no_relation->nulls, result->no_relation->nulls_asked);
}

TEST(HostileInferenceTest, BasisOfTheNullsIsComparedWithItsOwnMatrix) {
  SmallExperiment small = MakeSmall(400, 3, 4, 19, 0);
  small.inputs.score_for_nulls = small.inputs.seen.score;
  small.inputs.score_for_nulls[5] = 1;
  const absl::StatusOr<Uncertainty> result = ComputeUncertainty(small.plan, small.inputs);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(result->no_relation->tests.p_max, DoubleEq(0.05));
  EXPECT_THAT(result->no_relation->largest_basis_difference,
              DoubleEq(std::abs(1 - small.inputs.seen.score[5])));
}

TEST(HostileInferenceTest, WrongShapesAndNaNAreRefusedByName) {
  SmallExperiment small = MakeSmall(400, 3, 4, 19, 10);
  small.inputs.refit_influence(2, 3) = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(ComputeUncertainty(small.plan, small.inputs).status().message(),
              HasSubstr("refit_influence has a number that is not finite"));
  small = MakeSmall(400, 3, 4, 19, 10);
  small.inputs.null.conservativeResize(18, 12);
  EXPECT_THAT(ComputeUncertainty(small.plan, small.inputs).status().message(),
              HasSubstr("null has shape (18, 12); it must be (19, 12)"));
}

TEST(HostileInferenceTest, UndefinedNullScoreCountsAsExceedance) {
  const double undefined = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(*TwoSidedExceedanceP({undefined, 0.1, -0.9}, 0.5), DoubleEq(0.75));
  EXPECT_FALSE(TwoSidedExceedanceP({0.1}, undefined).has_value());
  EXPECT_THAT(ExceedanceP({0.5, 0.5 - 1e-14, 0.4}, 0.5), DoubleEq(0.75));
}

TEST(HostileInferenceTest, MultipleTests) {
  EXPECT_THAT(HolmAdjusted({0.01, 0.04, 0.03, 0.005}),
              ElementsAre(DoubleEq(0.03), DoubleEq(0.06), DoubleEq(0.06), DoubleEq(0.02)));
  EXPECT_THAT(FalseDiscoveryRates({0.01, 0.04, 0.03, 0.005}),
              ElementsAre(DoubleEq(0.02), DoubleEq(0.04), DoubleEq(0.04), DoubleEq(0.02)));
  EXPECT_EQ(NullsForFalseDiscoveryRate(1494), 29'879U);
}

TEST(HostileInferenceTest, SubjectsBelowSixHaveNoP) {
  EXPECT_FALSE(SummariseSubjects({1, 1, 1, 1, 1}).p.has_value());
  EXPECT_FALSE(SummariseSubjects({1}).se.has_value());
  EXPECT_EQ(SummariseSubjects({1, 1, 1, 1, 1, 1}).p, 2.0 / 64);
  EXPECT_EQ(SummariseSubjects({0, 0, 0, 0, 0, 0}).p, 1);
  EXPECT_EQ(SummariseSubjects(std::vector<double>(40, 0.1)).p, std::ldexp(1.0, -39));
  EXPECT_FALSE(SummariseSubjects(std::vector<double>(41, 0.1)).p.has_value());
}

TEST(HostileInferenceTest, OptionsOutsideTheirRangeAreNamed) {
  std::vector<FieldProblem> problems;
  CheckUncertaintyOptions({.nulls = -1, .draws = 0, .detrend = 21, .block_words = 0}, problems);
  ASSERT_EQ(problems.size(), 3U);
  EXPECT_EQ(problems[0].field, "options.nulls");
  EXPECT_EQ(problems[0].description, "nulls is -1; it must be from 0 to 100000");
  EXPECT_EQ(problems[2].description, "block_words is 0; it must be 1 or more words");
  problems.clear();
  CheckUncertaintyWords({.block_words = 100, .min_shift_words = 101}, 100, problems);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].description,
            "min_shift_words is 101, but 100 words are used; it must be at most 100");
}

// (w, c) autoregressive columns with coefficient `a`, after a start that is forgotten.
Matrix SlowColumns(std::int32_t words, Eigen::Index columns, double a, std::uint64_t seed) {
  ReproducibleRandom random(seed);
  Matrix result(words, columns);
  for (Eigen::Index c = 0; c < columns; ++c) {
    double value = 0;
    for (int i = -100; i < words; ++i) {
      value = a * value + random.Normal();
      if (i >= 0) result(i, c) = value;
    }
  }
  return result;
}

TEST(DriftTest, DriftIsFoundAndSlowColumnsWithoutDriftAreNot) {
  std::vector<std::int64_t> sessions(1000);
  for (std::size_t i = 0; i < sessions.size(); ++i) sessions[i] = static_cast<int>(i / 200);
  const std::vector<Words> words = WordsOfSessions(sessions, 1000);
  for (const double a : {0.0, 0.6}) {
    Matrix columns = SlowColumns(1000, 40, a, 5);
    EXPECT_LT(DriftOf(words, {}, columns).BeyondChance().value(), kDriftToWarnOf) << a;
    const double deviation = std::sqrt(columns.squaredNorm() / static_cast<double>(columns.size()));
    for (Eigen::Index i = 0; i < 1000; ++i) {
      columns.row(i).array() += deviation * (static_cast<double>(i % 200) / 200 - 0.5);
    }
    // A ramp of this length has a twelfth of the columns' variance.
    EXPECT_NEAR(DriftOf(words, {}, columns).BeyondChance().value(), 1.0 / 13, 0.025) << a;
  }
}

TEST(DriftTest, WhatCannotBeMeasuredIsNotZero) {
  const std::vector<Words> one = WordsOfSessions({}, 1000);
  for (const double value : {7.0, 0.1, 1.0 / 3}) {  // the mean of the last two is rounded
    EXPECT_EQ(DriftOf(one, {}, Matrix::Constant(1000, 2, value)).BeyondChance(), std::nullopt);
  }
  EXPECT_EQ(DriftOf(WordsOfSessions({}, 1), {}, Matrix::Constant(1, 2, 7.0)).BeyondChance(),
            std::nullopt);
  // Four words in each session: the polynomials explain whatever the words are.
  std::vector<std::int64_t> sessions(40);
  for (std::size_t i = 0; i < sessions.size(); ++i) sessions[i] = static_cast<int>(i / 4);
  const Matrix columns = SlowColumns(40, 3, 0, 8);
  EXPECT_EQ(DriftOf(WordsOfSessions(sessions, 40), {}, columns).BeyondChance(), std::nullopt);
}

TEST(AutocorrelationTest, FirstOrderSeries) {
  const std::vector<Words> one = WordsOfSessions({}, 4000);
  const auto slow = AutocorrelationOf(one, SlowColumns(4000, 20, 0.6, 3));
  ASSERT_TRUE(slow.has_value());
  EXPECT_NEAR(slow->lag_1, 0.6, 0.02);
  EXPECT_NEAR(slow->integral_words, 1.6 / 0.4, 0.4);  // (1 + a) / (1 - a)
  const auto white = AutocorrelationOf(one, SlowColumns(4000, 20, 0, 4));
  EXPECT_NEAR(white->lag_1, 0, 0.02);
  EXPECT_NEAR(white->integral_words, 1, 0.1);
  EXPECT_FALSE(AutocorrelationOf(one, Matrix::Constant(4000, 3, 0.1)).has_value());
}

TEST(AutocorrelationTest, NoPairCrossesSessions) {
  Matrix columns(4, 1);
  columns << 1, -1, 1, -1;
  const auto both = AutocorrelationOf(WordsOfSessions({0, 0, 1, 1}, 4), columns);
  EXPECT_THAT(both->lag_1, DoubleEq(-0.5));
  EXPECT_EQ(both->integral_words, 1);
}

}  // namespace
}  // namespace brainalign
