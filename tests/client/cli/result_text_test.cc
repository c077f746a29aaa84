#include "client/cli/result_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/report/small_result.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ResultTextTest, LayersScoresAndNotesAreThere) {
  const std::string text = ResultText(SmallResult(), {}, MatrixStyle{});
  EXPECT_THAT(text, HasSubstr("first    0.500    0.100 s      0.3333    0.100 s\n"));
  EXPECT_THAT(text, HasSubstr("second   1.000  undefined     -0.0000    0.100 s *\n"));
  EXPECT_THAT(text, HasSubstr("temporal score                     undefined\n"));
  EXPECT_THAT(text, HasSubstr("alignment score, best layer        0.3333\n"));
  EXPECT_THAT(text, HasSubstr("98 of 100 words"));
  EXPECT_THAT(text, HasSubstr("note: 2 words were dropped.\n"));
  EXPECT_THAT(text, HasSubstr("from the cache"));
  EXPECT_THAT(text, Not(HasSubstr("true delay")));
}

TEST(ResultTextTest, TellsHowFarTheMapOfTheBestTimeGeneralises) {
  JobResult result = SmallResult();
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}), Not(HasSubstr("time generalisation")));
  AlignmentResult& a = result.alignment;
  a.score = {0.1, 0.3, 0.2, -0.1, -0.2, -0.3};
  a.time_generalisation = {9, 9, 9, 0.16, 0.3, 0.14, 9, 9, 9, -1, 0, 1, 9, 9, 9, 9, 9, 9};
  const std::string text = ResultText(result, {}, MatrixStyle{});
  EXPECT_THAT(text, HasSubstr("fitted at 0.000 s: 2 of 3 times, within -0.100 s to 0.000 s\n"));
  EXPECT_THAT(text, HasSubstr("undefined, the best score is not above 0\n"));
}

TEST(ResultTextTest, NamesThePrecisionThatWasUsed) {
  JobResult result = SmallResult();
  result.alignment.spec.precision = Precision::kFast;
  result.alignment.notes = {"Precision fast fell back to exact."};
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}), HasSubstr("pearson, precision exact\n"));
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}), HasSubstr("note: Precision fast fell back"));
  result.alignment.spec.bf16_kernel = "some-kernel";
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}), HasSubstr("pearson, precision fast\n"));
}

TEST(ResultTextTest, WarnsOfShuffledFolds) {
  JobResult result = SmallResult();
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}), Not(HasSubstr("WARNING")));
  result.alignment.spec.fold_by = FoldBy::kShuffled;
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}),
              HasSubstr("WARNING: Control, not a result: folds are shuffled"));
}

TEST(ResultTextTest, TellsHowTheResultWasChecked) {
  JobResult result = SmallResult();
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}), Not(HasSubstr("self-check")));
  result.alignment.self_check = {.cells = 96, .largest_difference = 3e-8, .fell_back = false};
  EXPECT_THAT(
      ResultText(result, {}, MatrixStyle{}),
      HasSubstr("self-check: 96 cells computed again in float64, largest difference 3e-08\n"));
  result.alignment.self_check.fell_back = true;
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}),
              HasSubstr("3e-08; float32 was not accurate enough, everything is in float64\n"));
}

TEST(ResultTextTest, TellsOfConstantTargets) {
  JobResult result = SmallResult();
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}), Not(HasSubstr("constant")));
  result.alignment.constant_targets = 165;
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}),
              HasSubstr("note: 165 times a target column was constant"));
}

TEST(ResultTextTest, TellsTheOrderOfTheLayers) {
  JobResult result = SmallResult();
  result.layer_order = "by the numbers in their names";
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}),
              HasSubstr("layers from first to second: by the numbers in their names\n"));
}

TEST(ResultTextTest, TruthStandsBesideThePeak) {
  const std::string text = ResultText(SmallResult(), {0.125, 0.25}, MatrixStyle{});
  EXPECT_THAT(text, HasSubstr("true delay"));
  EXPECT_THAT(text, HasSubstr("0.100 s     0.125 s"));
}

TEST(ResultTextTest, TemporalScoreComesWithItsP) {
  JobResult result = SmallResult();
  result.alignment.readout.temporal_score = 0.987;
  result.alignment.readout.temporal_score_p = 0.00012;
  EXPECT_THAT(ResultText(result, {}, MatrixStyle{}),
              HasSubstr("0.9870 (parametric p = 0.00012, not calibrated)"));
}

}  // namespace
}  // namespace brainalign
