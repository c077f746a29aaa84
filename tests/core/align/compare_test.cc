#include "core/align/compare.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/align/not_calibrated.h"
#include "core/align/read_off_uncertainty.h"
#include "tests/core/align/golden_uncertainty.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

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

// The cautions of a golden result with this metric, for alphas that are chosen or one.
std::vector<Caution> CautionsOfNulls(Metric metric, Selection selection,
                                     Direction direction = Direction::kBrainToModel) {
  AlignmentResult result = GoldenResult(ReadGoldenUncertainty("automatic"));
  result.spec.metric = metric;
  result.spec.direction = direction;
  result.spec.selection = selection;
  result.spec.alphas = {1, 100};
  ReadOffUncertainty(result);
  return result.uncertainty.has_value() ? result.uncertainty->cautions : std::vector<Caution>();
}

TEST(ReadOffUncertaintyTest, NullsOfCosineWithChosenAlphasHaveACautionOfTheirOwn) {
  for (const Selection selection : {Selection::kBlocked, Selection::kGcv, Selection::kLoo}) {
    const std::vector<Caution> cautions = CautionsOfNulls(Metric::kCosine, selection);
    EXPECT_THAT(cautions, Contains(Caution::kNullPOfCosineTooSmall));
    EXPECT_THAT(cautions, Not(Contains(Caution::kNullPSlightlySmall)));
  }
  for (const auto& cautions :
       {CautionsOfNulls(Metric::kCosine, Selection::kFixed),
        CautionsOfNulls(Metric::kCosine, Selection::kBlocked, Direction::kModelToBrain),
        CautionsOfNulls(Metric::kPearson, Selection::kBlocked)}) {
    EXPECT_THAT(cautions, Not(Contains(Caution::kNullPOfCosineTooSmall)));
    EXPECT_THAT(cautions, Contains(Caution::kNullPSlightlySmall));
  }
}

TEST(NullsOfCosineTest, HoldWhereTheMeanOfTrainingWordsIsZero) {
  AlignmentSpec spec;
  spec.metric = Metric::kCosine;
  spec.selection = Selection::kLoo;
  spec.alphas = {1, 100};
  spec.direction = Direction::kModelToBrain;
  EXPECT_FALSE(NullsOfCosineFail(spec));
  spec.zscore_words = FitWords::kAll;  // preset paper
  EXPECT_TRUE(NullsOfCosineFail(spec));
  spec.alphas = {1};
  EXPECT_FALSE(NullsOfCosineFail(spec));
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

// One cell and two folds of 20 blocks, whose influence changes its sign after each `run` blocks.
ComparedAlignment ComparedWithRuns(std::size_t run) {
  ComparedAlignment compared;
  compared.score = {0.2};
  compared.times_seconds = {0};
  compared.depth = {1};
  compared.layer_names = {"layer"};
  for (std::size_t block = 0; block < 40; ++block) {
    compared.influence.push_back(block % 20 / run % 2 == 0 ? 0.01 : -0.01);
    compared.fold_of_block.push_back(static_cast<int>(block / 20));
    compared.words_of_block.push_back(1);
  }
  compared.words_fingerprint = 1;
  return compared;
}

TEST(CompareTwoTest, SaysWhereBlocksOfTheDifferenceAreCorrelated) {
  ComparedAlignment second = ComparedWithRuns(1);
  second.score = {0.1};
  const auto slow = Compare(ComparedWithRuns(10), second, 0, 10);
  ASSERT_TRUE(slow.ok()) << slow.status();
  second.influence.assign(second.influence.size(), 0);
  const auto slower = Compare(ComparedWithRuns(10), second, 0, 10);
  const auto fast = Compare(ComparedWithRuns(1), second, 0, 10);
  ASSERT_TRUE(slower.ok() && fast.ok());
  EXPECT_FALSE(slow->blocks_are_correlated);  // of two neighbours one is 0, or signs differ
  EXPECT_TRUE(slower->blocks_are_correlated);
  EXPECT_FALSE(fast->blocks_are_correlated);
}

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
