// The object `uncertainty` against what a slow program printed (tests/golden/uncertainty).
#include "client/report/uncertainty_json.h"

#include <gmock/gmock.h>

#include <cmath>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "client/cli/uncertainty_text.h"
#include "client/report/result_json.h"
#include "client/wire/result_from_proto.h"
#include "core/align/read_off_uncertainty.h"
#include "core/align/result_notes.h"
#include "tests/client/report/result_proto.h"
#include "tests/client/report/small_result.h"
#include "tests/core/align/golden_uncertainty.h"

namespace brainalign {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

// Of Student's t in scipy.
constexpr double kTolerance = 1e-8;

JobResult GoldenJob(const Json& golden) {
  JobResult result;
  result.alignment = GoldenResult(golden);
  ReadOff(result.alignment);
  ReadOffUncertainty(result.alignment);
  return result;
}

// Every name of `expected` is in `actual`, with the same nesting and numbers.
void ExpectHolds(const Json& actual, const Json& expected, const std::string& path) {
  if (expected.is_object()) {
    ASSERT_TRUE(actual.is_object()) << path;
    for (const auto& [name, value] : expected.items()) {
      ASSERT_TRUE(actual.contains(name)) << path << "." << name;
      ExpectHolds(actual.at(name), value, path + "." + name);
    }
  } else if (expected.is_array()) {
    ASSERT_TRUE(actual.is_array()) << path;
    ASSERT_EQ(actual.size(), expected.size()) << path;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ExpectHolds(actual[i], expected[i], path + "[" + std::to_string(i) + "]");
    }
  } else if (expected.is_number()) {
    ASSERT_TRUE(actual.is_number()) << path << " is " << actual;
    EXPECT_NEAR(actual.get<double>(), expected.get<double>(), kTolerance) << path;
  } else {
    EXPECT_EQ(actual, expected) << path;
  }
}

TEST(UncertaintyJsonTest, HasTheNamesNestingAndNumbersOfTheSlowProgram) {
  const Json golden = ReadGoldenUncertainty("automatic");
  const Json json = Json::parse(ResultToJson(GoldenJob(golden)));
  Json expected = golden.at("expected");
  // In the result itself, or of a comparison.
  EXPECT_EQ(NumbersIn(json.at("score")), NumbersIn(expected.at("score")));
  ExpectHolds(json.at("t_max"), expected.at("t_max"), "t_max");
  for (const char* name : {"score", "t_max", "paired"}) expected.erase(name);
  ExpectHolds(json.at("uncertainty"), expected, "uncertainty");
  // What the slow program does not know: the fourth case of two_levels.json.
  const Json two_levels = ReadGoldenUncertainty("two_levels")[3];
  for (const char* name : {"two_level_p_temporal_score", "two_level_p_half_score"}) {
    EXPECT_NEAR(json.at("uncertainty").at("order").at(name).get<double>(),
                two_levels.at(name).get<double>(), 1e-7)
        << name;
  }
}

TEST(UncertaintyJsonTest, TooFewBlocksGiveNoIntervals) {
  JobResult result = GoldenJob(ReadGoldenUncertainty("automatic"));
  // All blocks but those of one fold are alone in theirs.
  std::vector<int>& folds = result.alignment.uncertainty_facts.fold_of_block;
  for (std::size_t block = 5; block < folds.size(); ++block) folds[block] = static_cast<int>(block);
  ReadOffUncertainty(result.alignment);
  const Json json = Json::parse(ResultToJson(result)).at("uncertainty");
  EXPECT_EQ(json.at("blocks").at("df"), 4);
  EXPECT_TRUE(json.at("blocks").at("too_few_for_intervals").get<bool>());
  EXPECT_TRUE(json.at("slope_interval").is_null());
  EXPECT_TRUE(json.at("simultaneous_quantile").is_null());
  EXPECT_TRUE(json.at("temporal_score_spread").is_null());
  EXPECT_TRUE(json.at("se_refit")[0][0].is_number());
}

TEST(UncertaintyJsonTest, WhatIsNotCalibratedIsSaid) {
  const Json json = Json::parse(ResultToJson(GoldenJob(ReadGoldenUncertainty("automatic"))));
  std::set<std::string> names;
  for (const Json& caution : json.at("uncertainty").at("cautions")) {
    names.insert(caution.at("name").get<std::string>());
    EXPECT_FALSE(caution.at("text").get<std::string>().empty());
  }
  EXPECT_TRUE(names.contains("no_shared_drift_assumed"));
  EXPECT_TRUE(names.contains("spread_is_no_interval"));
  EXPECT_TRUE(names.contains("parametric_p_not_calibrated"));
}

// Noise that moves no peak gives t_max an interval of no width.
TEST(UncertaintyJsonTest, IntervalsOfTMaxBelowASampleAreSaid) {
  JobResult result = GoldenJob(ReadGoldenUncertainty("automatic"));
  AlignmentResult& a = result.alignment;
  const auto said = [&] {
    ReadOffUncertainty(a);
    const Json uncertainty = Json::parse(ResultToJson(result)).at("uncertainty");
    for (const Json& caution : uncertainty.at("cautions")) {
      if (caution.at("name") == "t_max_intervals_below_a_sample") {
        return caution.at("text").get<std::string>();
      }
    }
    return std::string();
  };
  EXPECT_EQ(said(), "");
  // Of the first two layers, whose samples are 0.1 s apart.
  for (std::vector<double>* influence : {&a.held_out_influence, &a.refit_influence}) {
    for (std::size_t i = 0; i < influence->size(); ++i) {
      if (i % a.score.size() < 2 * a.times_seconds.size()) (*influence)[i] *= 1e-6;
    }
  }
  EXPECT_THAT(said(), HasSubstr("2 of 5 intervals of t_max"));
  EXPECT_THAT(said(), HasSubstr("(0.05 s)"));
  EXPECT_THAT(UncertaintyText(a), HasSubstr("2 of 5 intervals of t_max"));
}

// With 39 nulls, p is at most 0.05 = 2 / 40 where at most one null reaches the score.
TEST(UncertaintyJsonTest, ScoresAboveTheThresholdAreSignificant) {
  JobResult result = SmallResult();
  AlignmentResult& a = result.alignment;
  a.score = {0.37, 0.375, 0.38, 0.381, 0.39, 0.5};
  a.spec.uncertainty.nulls = 39;
  a.uncertainty_facts.nulls = 39;
  for (int n = 39; n >= 1; --n) {
    for (int cell = 0; cell < 6; ++cell) a.null_scores.push_back(cell == n % 6 ? n / 100.0 : 0);
  }
  ReadOffUncertainty(a);
  const Json null = Json::parse(ResultToJson(result)).at("uncertainty").at("no_relation");
  EXPECT_EQ(null.at("familywise_threshold"), 0.38);
  EXPECT_EQ(null.at("p_familywise"), Json::parse("[[0.1, 0.075, 0.075], [0.05, 0.05, 0.025]]"));
  a.null_scores.resize(6 * 18);
  a.uncertainty_facts.nulls = 18;
  ReadOffUncertainty(a);
  EXPECT_TRUE(UncertaintyToJson(a).at("no_relation").at("familywise_threshold").is_null());
}

// A golden result whose nulls are taken as swaps of sessions.
JobResult JobOfSwaps() {
  JobResult result = GoldenJob(ReadGoldenUncertainty("five_sessions"));
  AlignmentResult& a = result.alignment;
  a.spec.uncertainty.null_by = NullBy::kSwap;
  a.uncertainty_facts.null_by = NullBy::kSwap;
  a.uncertainty_facts.min_shift_words = 0;
  a.uncertainty_facts.words_left_out = 601;  // of 600 that are used
  ReadOffUncertainty(a);
  return result;
}

TEST(UncertaintyJsonTest, SwapsTellTheLargestScoreAlone) {
  const JobResult result = JobOfSwaps();
  const Json json = Json::parse(ResultToJson(result));
  EXPECT_EQ(json.at("options").at("null_by"), "swap");
  const Json& null = json.at("uncertainty").at("no_relation");
  EXPECT_EQ(null.at("null_by"), "swap");
  EXPECT_EQ(null.at("nulls"), 19);
  EXPECT_EQ(null.at("smallest_p"), 0.05);
  EXPECT_EQ(null.at("words_left_out"), 601);
  // As of shifts.
  EXPECT_EQ(null.at("p_max"),
            ReadGoldenUncertainty("five_sessions").at("expected").at("no_relation").at("p_max"));
  for (const char* name :
       {"min_shift_words", "familywise_threshold", "p_mean_of_maxima", "p_familywise", "p_cell",
        "q_cell", "fdr_limited_by_nulls", "p_temporal_score", "clusters"}) {
    EXPECT_TRUE(null.at(name).is_null()) << name;
  }
  std::set<std::string> names;
  for (const Json& caution : json.at("uncertainty").at("cautions")) {
    names.insert(caution.at("name").get<std::string>());
  }
  EXPECT_TRUE(names.contains("swap_tests_largest_score"));
  EXPECT_TRUE(names.contains("swap_left_out_most_words"));
  EXPECT_FALSE(names.contains("no_shared_drift_assumed"));
  EXPECT_FALSE(names.contains("null_p_slightly_small"));
  EXPECT_FALSE(names.contains("null_score_is_no_order_test"));
  const std::string text = UncertaintyText(result.alignment);
  EXPECT_THAT(text, HasSubstr("relation beyond shared drift       largest score p = "));
  EXPECT_THAT(text, HasSubstr("(19 swaps of whole sessions, no p below 0.05)"));
  EXPECT_THAT(text, Not(HasSubstr("any relation")));
}

TEST(UncertaintyJsonTest, SwapsAreComputedFromWhatAServerSends) {
  const JobResult here = JobOfSwaps();
  const auto sent = ResultFromProto(ResultProto(here));
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(UncertaintyToJson(sent->alignment).dump(), UncertaintyToJson(here.alignment).dump());
}

TEST(UncertaintyJsonTest, ResultWithoutAnyIsNull) {
  EXPECT_TRUE(Json::parse(ResultToJson(JobResult())).at("uncertainty").is_null());
}

TEST(UncertaintyJsonTest, IsComputedFromWhatAServerSends) {
  const JobResult here = GoldenJob(ReadGoldenUncertainty("five_sessions"));
  const auto sent = ResultFromProto(ResultProto(here));
  ASSERT_TRUE(sent.ok()) << sent.status();
  EXPECT_EQ(UncertaintyToJson(sent->alignment).dump(), UncertaintyToJson(here.alignment).dump());
}

TEST(UncertaintyTextTest, SaysWhatIsFoundAndWhatIsNotCalibrated) {
  JobResult result = GoldenJob(ReadGoldenUncertainty("automatic"));
  const std::string text = UncertaintyText(result.alignment);
  const Uncertainty& u = *result.alignment.uncertainty;
  EXPECT_THAT(text, HasSubstr("any relation"));
  EXPECT_THAT(text, HasSubstr("(12 nulls)"));
  EXPECT_THAT(text, HasSubstr("\norder of layers, two levels        p = 0.46 by t_max, p = "));
  EXPECT_THAT(text, HasSubstr(std::to_string(std::lround(1000 * *u.slope)) + " ms (95 % interval"));
  EXPECT_THAT(text, HasSubstr("48 blocks of about 6 words, 43 degrees of freedom"));
  EXPECT_THAT(text, HasSubstr("caution: "));
  result.alignment.uncertainty.reset();
  EXPECT_EQ(UncertaintyText(result.alignment), "");
}

TEST(UncertaintyTextTest, DriftThatCannotBeMeasuredIsNullAndSaid) {
  JobResult result = GoldenJob(ReadGoldenUncertainty("automatic"));
  AlignmentResult& a = result.alignment;
  a.uncertainty_facts.brain_drift = std::nullopt;
  a.uncertainty_facts.model_drift = 0.034;
  ReadOffUncertainty(a);
  EXPECT_TRUE(UncertaintyToJson(a).at("drift").at("brain").is_null());
  EXPECT_EQ(UncertaintyToJson(a).at("drift").at("model"), 0.034);
  EXPECT_THAT(UncertaintyText(a), HasSubstr("slow drift, beyond chance          not measurable in "
                                            "the brain, 3.4 % of the model's variance\n"));
}

TEST(UncertaintyTextTest, NothingIsSaidOfWhatWasNotAskedFor) {
  JobResult result = GoldenJob(ReadGoldenUncertainty("automatic"));
  result.alignment.held_out_influence.clear();
  result.alignment.refit_influence.clear();
  ReadOffUncertainty(result.alignment);
  EXPECT_THAT(UncertaintyText(result.alignment), Not(HasSubstr("order of layers")));
}

}  // namespace
}  // namespace brainalign
