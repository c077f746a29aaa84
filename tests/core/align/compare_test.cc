#include "core/align/compare.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/align/read_off_uncertainty.h"
#include "tests/core/align/golden_uncertainty.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(ReadOffUncertaintyTest, IsWhatTheSlowProgramPrints) {
  const nlohmann::json golden = ReadGoldenUncertainty("automatic");
  const nlohmann::json& expected = golden.at("expected");
  AlignmentResult result = GoldenResult(golden);
  ReadOffUncertainty(result);
  ASSERT_TRUE(result.uncertainty.has_value()) << testing::PrintToString(result.notes);
  EXPECT_NEAR(result.uncertainty->no_relation->tests.p_max, expected["no_relation"]["p_max"],
              1e-12);
  EXPECT_NEAR(*result.uncertainty->intervals.simultaneous_quantile,
              expected["simultaneous_quantile"], 1e-12);
  EXPECT_NEAR(*result.uncertainty->order->p_half_score, expected["order"]["p_half_score"], 1e-12);
}

TEST(ReadOffUncertaintyTest, ResultWithoutNullsAndInfluenceHasNone) {
  AlignmentResult result = GoldenResult(ReadGoldenUncertainty("automatic"));
  result.null_scores.clear();
  result.held_out_influence.clear();
  result.refit_influence.clear();
  result.uncertainty = Uncertainty();
  ReadOffUncertainty(result);
  EXPECT_FALSE(result.uncertainty.has_value());
  EXPECT_TRUE(result.notes.empty());
}

TEST(ReadOffUncertaintyTest, NoteSaysWhyThereIsNone) {
  AlignmentResult result = GoldenResult(ReadGoldenUncertainty("automatic"));
  result.null_scores[3] = std::numeric_limits<double>::quiet_NaN();
  ReadOffUncertainty(result);
  EXPECT_FALSE(result.uncertainty.has_value());
  EXPECT_THAT(result.notes, Contains(HasSubstr("null has a number that is not finite")));
}

class CompareTest : public testing::TestWithParam<const char*> {};

TEST_P(CompareTest, IsThePairedTestOfTheSlowProgram) {
  const nlohmann::json golden = ReadGoldenUncertainty(GetParam());
  const nlohmann::json& expected = golden.at("expected").at("paired");
  const auto comparison =
      Compare(ComparedOf(GoldenResult(golden)), ComparedOf(OtherGoldenResult(golden)),
              golden.at("seed"), golden.at("draws"));
  ASSERT_TRUE(comparison.ok()) << comparison.status();
  EXPECT_EQ(comparison->df, golden.at("expected").at("blocks").at("df").get<int>());
  const std::vector<double> se = NumbersIn(expected.at("se"));
  const std::vector<double> p = NumbersIn(expected.at("p_familywise"));
  for (std::size_t cell = 0; cell < se.size(); ++cell) {
    EXPECT_NEAR(comparison->test.se[cell], se[cell], 1e-12);
    if (comparison->test.p_familywise.empty()) continue;
    EXPECT_NEAR(comparison->test.p_familywise[cell], p[cell], 1e-12);
  }
  EXPECT_NEAR(comparison->test.alignment_difference, expected.at("alignment_difference"), 1e-12);
}

INSTANTIATE_TEST_SUITE_P(All, CompareTest, testing::Values("five_sessions", "automatic"),
                         [](const auto& test) { return std::string(test.param); });

TEST(CompareRefusalTest, WhatIsNotOfTheSameWordsIsRefused) {
  const nlohmann::json golden = ReadGoldenUncertainty("automatic");
  const ComparedAlignment first = ComparedOf(GoldenResult(golden));
  const auto refusal = [&](auto change) {
    ComparedAlignment second = first;
    change(second);
    return std::string(Compare(first, second, 0, 10).status().message());
  };
  EXPECT_THAT(refusal([](auto& other) { ++other.words_fingerprint; }), HasSubstr("same words"));
  EXPECT_THAT(refusal([](auto& other) {
                std::swap(other.fold_of_block.front(), other.fold_of_block.back());
              }),
              HasSubstr("folds"));
  EXPECT_THAT(refusal([](auto& other) { other.where = "pos = NOUN"; }),
              HasSubstr("the second of where 'pos = NOUN'"));
  EXPECT_THAT(refusal([](auto& other) { other.metric = "r2"; }),
              HasSubstr("differ in metric: the first has pearson and the second r2"));
  EXPECT_THAT(refusal([](auto& other) { other.influence.clear(); }),
              HasSubstr("the second has no influence of blocks of words; compute it with --draws"));
  EXPECT_THAT(refusal([](auto& other) { other.influence.pop_back(); }), HasSubstr("damaged"));
  EXPECT_THAT(refusal([](auto& other) { other.times_seconds.front() -= 1; }), HasSubstr("times"));
  EXPECT_THAT(
      refusal([](auto& other) { other.influence[2] = std::numeric_limits<double>::infinity(); }),
      HasSubstr("not finite"));
  EXPECT_EQ(refusal([](auto& other) { other.depth.front() /= 2; }), "");
  EXPECT_EQ(refusal([](auto& other) { other.score.front() += 1e-9; }), "");
  EXPECT_THAT(refusal([](auto& other) { other.layer_names.front() += " of another file"; }),
              HasSubstr("the two are the same result: all scores and influences are equal"));
}

}  // namespace
}  // namespace brainalign
