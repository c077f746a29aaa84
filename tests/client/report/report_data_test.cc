#include "client/report/report_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "client/report/result_json.h"
#include "tests/client/report/report_json.h"
#include "tests/client/report/small_result.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

ReportData Read(const nlohmann::ordered_json& json) {
  absl::StatusOr<ReportData> data = ReadReportData(json.dump());
  EXPECT_TRUE(data.ok()) << data.status();
  return data.ok() ? *data : ReportData();
}

TEST(ReportDataTest, ReadsWhatResultToJsonWrites) {
  const absl::StatusOr<ReportData> data = ReadReportData(ResultToJson(SmallResult()));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->At(data->score, 0, 2), 1.0 / 3);
  EXPECT_THAT(data->layer_names, ElementsAre("first", "second"));
  EXPECT_TRUE(std::isnan(data->t_max[1]));
  EXPECT_TRUE(std::isnan(data->temporal_score));
  EXPECT_FALSE(FitDepth(*data).has_value());
  EXPECT_EQ(ScoreName(*data), "Pearson r");
}

TEST(ReportDataTest, IntervalsIncludeTheErrorOfChosenAlphas) {
  nlohmann::ordered_json json = UncertainReportJson();
  json["uncertainty"]["se_alphas"] = {{0.0, 0.005, nullptr}, {0.01, 0.02, 0.04}};
  const ReportData data = Read(json);
  ASSERT_EQ(data.half_interval.size(), 6);
  EXPECT_DOUBLE_EQ(data.At(data.half_interval, 0, 1), 2 * (0.02 + 0.005));
  EXPECT_TRUE(std::isnan(data.At(data.half_interval, 0, 2)));
  EXPECT_DOUBLE_EQ(data.At(data.half_interval, 1, 2), 2 * (0.03 + 0.04));
}

TEST(ReportDataTest, ReadsUncertainty) {
  const ReportData data = Read(UncertainReportJson());
  EXPECT_EQ(data.nulls, 199);
  EXPECT_EQ(data.At(data.p_cell, 1, 2), 0.005);
  EXPECT_DOUBLE_EQ(data.At(data.half_interval, 1, 2), 0.06);
  EXPECT_EQ(data.t_max_low[0], -0.05);
  EXPECT_EQ(data.t_max_high[0], 0.05);
  EXPECT_TRUE(std::isnan(data.t_max_low[1]));
  EXPECT_EQ(data.slope_low, 0.1);
  EXPECT_EQ(data.p_order, 0.02);
  EXPECT_EQ(data.familywise_threshold, 0.125);
}

// The second layer has the best score.
TEST(ReportDataTest, ReadsTheFoldsOfTheBestLayer) {
  nlohmann::ordered_json json = ReportJson();
  json["score_per_fold"] =
      nlohmann::ordered_json::parse("[[[1, 2, 3], [4, 5, 6]], [[7, 8, 9], [10, null, 12]]]");
  json["fold_sizes"] = nlohmann::ordered_json::array({50, 49});
  json["purged_words"] = nlohmann::ordered_json::array({1, 2, 3});  // of other folds
  const ReportData data = Read(json);
  EXPECT_EQ(data.folds(), 2U);
  EXPECT_THAT(data.fold_score, ElementsAre(4, 5, 6, 10, testing::IsNan(), 12));
  EXPECT_THAT(data.test_words, ElementsAre(50, 49));
  EXPECT_THAT(data.purged_words, testing::IsEmpty());
  json["score_per_fold"][1].erase(0);
  EXPECT_THAT(ReadReportData(json.dump()).status().message(), HasSubstr("score_per_fold"));
  json["score_per_fold"] = nlohmann::ordered_json::array();
  EXPECT_EQ(Read(json).folds(), 0U);
}

// Two points: the line goes through both.
TEST(ReportDataTest, LineOfDepth) {
  const std::optional<DepthFit> fit = FitDepth(Read(ReportJson()));
  ASSERT_TRUE(fit.has_value());
  EXPECT_NEAR(fit->slope, 0.2, 1e-12);
  EXPECT_NEAR(fit->intercept_seconds, -0.1, 1e-12);
}

TEST(ReportDataTest, NamesWhatIsWrong) {
  EXPECT_THAT(ReadReportData("nonsense").status().message(), HasSubstr("no result"));
  EXPECT_THAT(ReadReportData("[]").status().message(), HasSubstr("no result"));
  for (const std::string name : {"score", "times", "depth", "layer_names", "t_max"}) {
    for (const char* value : {"3", "null", "{}", "[]", "[[\"a\"]]", "[1e999]"}) {
      nlohmann::ordered_json json = ReportJson();
      json[name] = nlohmann::ordered_json::parse(value, nullptr, false);
      const absl::StatusOr<ReportData> data = ReadReportData(json.dump());
      ASSERT_FALSE(data.ok()) << name << " " << value;
      EXPECT_EQ(data.status().code(), absl::StatusCode::kInvalidArgument);
    }
  }
  nlohmann::ordered_json json = ReportJson();
  json["score"][1].erase(0);
  EXPECT_THAT(ReadReportData(json.dump()).status().message(),
              HasSubstr("\"score\" should be 2 lists of 3 numbers"));
}

TEST(FindingTest, SaysWhatWasNotTested) {
  EXPECT_EQ(
      Finding(Read(ReportJson())),
      "The best score, Pearson r = 0.400 for second at 0.10 s, was not tested against chance, "
      "and the temporal score is 1.000 (the order was not tested).");
}

TEST(FindingTest, BeginsWithWhatWarnsOfShuffledFolds) {
  JobResult result = SmallResult();
  result.alignment.spec.fold_by = FoldBy::kShuffled;
  const absl::StatusOr<ReportData> data = ReadReportData(ResultToJson(result));
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_THAT(Finding(*data), testing::StartsWith("Control, not a result: folds are shuffled"));
  EXPECT_THAT(Finding(*data), HasSubstr("The best score, "));
}

TEST(FindingTest, SaysWhatExceedsChance) {
  EXPECT_EQ(
      Finding(Read(UncertainReportJson())),
      "The best score, Pearson r = 0.400 for second at 0.10 s, exceeds chance (p = 0.005, 199 "
      "nulls), and deeper layers peak later (temporal score 1.000, p = 0.02).");
}

TEST(FindingTest, ClaimsNoAlignmentThatChanceExplains) {
  nlohmann::ordered_json json = UncertainReportJson();
  json["uncertainty"]["no_relation"]["p_max"] = 0.3;
  EXPECT_THAT(Finding(Read(json)), testing::StartsWith("No alignment was shown"));
  json["score"] = nlohmann::ordered_json::parse("[[0.01, 0, 0.02], [0.5, 0.03, 0.4]]");
  EXPECT_THAT(Finding(Read(json)), HasSubstr("second at -0.10 s, before word onset"));
}

TEST(FindingTest, OfFewNullsSaysThatTheyCannotTell) {
  nlohmann::ordered_json json = UncertainReportJson();
  nlohmann::ordered_json& no_relation = json["uncertainty"]["no_relation"];
  no_relation["nulls"] = 19;
  no_relation["p_max"] = 0.05;  // the least that 19 nulls can give
  EXPECT_THAT(Finding(Read(json)), HasSubstr("exceeds chance (p = 0.05, 19 nulls)"));
  no_relation["nulls"] = 9;
  no_relation["p_max"] = 0.1;
  EXPECT_THAT(Finding(Read(json)),
              HasSubstr("could not be tested against chance with only 9 nulls"));
}

TEST(FindingTest, OfDriftOnBothSidesSaysWhatItExplains) {
  nlohmann::ordered_json json = UncertainReportJson();
  json["uncertainty"]["cautions"].push_back({{"name", "both_sides_drift"}, {"text", "Drift."}});
  EXPECT_EQ(
      Finding(Read(json)),
      "The best score, Pearson r = 0.400 for second at 0.10 s, exceeds chance (p = 0.005, 199 "
      "nulls), which slow drift that both share can explain, and the temporal score is "
      "1.000 (p = 0.02).");
}

// The scores alone would claim a relation and an order.
TEST(FindingTest, ClaimsNoMoreThanTheVerdict) {
  nlohmann::ordered_json json = UncertainReportJson();
  nlohmann::ordered_json& verdict = json["rigour"]["verdict"];
  verdict = {{"established", nlohmann::ordered_json::array()},
             {"not_established", {"A relation beyond slow drift: p = 0.005, but p = 0.3."}}};
  EXPECT_EQ(
      Finding(Read(json)),
      "No relation was established (see the verdict). The best score is Pearson r = 0.400 for "
      "second at 0.10 s.");
  verdict["established"] = {"Brain and activations are related: r = 0.4. More.", "Others: more."};
  EXPECT_EQ(Finding(Read(json)),
            "Brain and activations are related (see the verdict). The best score is Pearson r = "
            "0.400 for second at 0.10 s.");
}

TEST(FindingTest, TellsThatNuisanceWasTakenOut) {
  nlohmann::ordered_json json = UncertainReportJson();
  EXPECT_THAT(Finding(Read(json)), Not(HasSubstr("nuisance")));
  json["options"]["nuisance"] = {"position", "length"};
  EXPECT_THAT(Finding(Read(json)), testing::EndsWith("Linear effects of 2 features of no interest "
                                                     "(nuisance) were taken out of the "
                                                     "activations."));
  json["options"]["direction"] = "model_to_brain";
  EXPECT_THAT(Finding(Read(json)),
              testing::AllOf(HasSubstr("Pearson r gained over nuisance = "),
                             testing::EndsWith("Scores are what the activations add to 2 features "
                                               "of no interest (nuisance) in predicting the "
                                               "brain.")));
}

TEST(FindingTest, ClaimsNoOrderThatWasNotFound) {
  nlohmann::ordered_json json = UncertainReportJson();
  nlohmann::ordered_json& p = json["uncertainty"]["order"]["p_temporal_score"];
  p = 0.06;
  EXPECT_THAT(Finding(Read(json)),
              HasSubstr("no clear order in depth (temporal score 1.000, p = 0.06)"));
  p = 0.05;
  EXPECT_THAT(Finding(Read(json)), HasSubstr("deeper layers peak later"));
  json["uncertainty"]["blocks"]["df"] = 39;
  EXPECT_THAT(
      Finding(Read(json)),
      AllOf(HasSubstr("the temporal score is 1.000 (p = 0.05, not calibrated with 39 degrees "
                      "of freedom, fewer than 40)"),
            Not(HasSubstr("deeper"))));
  nlohmann::ordered_json& two_level = json["uncertainty"]["order"]["two_level_p_temporal_score"] =
      0.04;
  EXPECT_THAT(Finding(Read(json)), HasSubstr("deeper layers peak later (temporal score 1.000, p = "
                                             "0.04)"));
  two_level = 0.06;
  EXPECT_THAT(Finding(Read(json)), HasSubstr("no clear order in depth"));
  two_level = nullptr;
  json["uncertainty"].erase("draws");
  EXPECT_THAT(Finding(Read(json)), Not(HasSubstr("deeper")));
  json["temporal_score"] = nullptr;
  EXPECT_THAT(Finding(Read(json)), HasSubstr("order of the layers' peaks is undefined"));
}

TEST(ReportDataTest, ReadsTimeGeneralisation) {
  nlohmann::ordered_json json = ReportJson();
  json["time_generalisation"] = nlohmann::ordered_json::parse(
      "[[[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[10, 11, 12], [13, 14, 15], [16, 17, 18]]]");
  const absl::StatusOr<ReportData> data = ReadReportData(json.dump());
  ASSERT_TRUE(data.ok()) << data.status();
  EXPECT_EQ(data->time_generalisation.size(), 18u);
  EXPECT_EQ(data->time_generalisation[(1 * 3 + 0) * 3 + 2], 12);
  json["time_generalisation"][1].erase(2);
  EXPECT_THAT(ReadReportData(json.dump()).status().message(),
              testing::HasSubstr("\"time_generalisation\" should be a matrix of times by times"));
  json["time_generalisation"] = 3;
  EXPECT_FALSE(ReadReportData(json.dump()).ok());
}

}  // namespace
}  // namespace brainalign
