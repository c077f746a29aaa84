#include "core/problem/spec.h"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/linalg/bf16_product.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(SpecTest, StrictFitsOnTrainingWordsAndPurgesByTheEpoch) {
  std::vector<FieldProblem> problems;
  const AlignmentSpec spec = ResolveOptions({}, true, 5.5, problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(spec.fold_by, FoldBy::kGroup);
  EXPECT_EQ(spec.purge_seconds, 5.5);
  EXPECT_EQ(spec.selection, Selection::kBlocked);
  EXPECT_EQ(spec.zscore_words, FitWords::kTraining);
  EXPECT_EQ(spec.pca_words, FitWords::kTraining);
  EXPECT_EQ(spec.alphas.size(), 13u);
  EXPECT_EQ(spec.alphas.front(), 1e-4);
  EXPECT_EQ(spec.alphas.back(), 1e8);
}

TEST(SpecTest, PaperFitsOnAllWordsAndPurgesNothing) {
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  std::vector<FieldProblem> problems;
  const AlignmentSpec spec = ResolveOptions(options, true, 5.5, problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(spec.fold_by, FoldBy::kContiguous);
  EXPECT_EQ(spec.purge_seconds, 0.0);
  EXPECT_EQ(spec.selection, Selection::kLoo);
  EXPECT_EQ(spec.zscore_words, FitWords::kAll);
}

TEST(SpecTest, ExactIsTheDefaultAndHasNoKernel) {
  std::vector<FieldProblem> problems;
  const AlignmentSpec spec = ResolveOptions({}, false, 5.5, problems);
  EXPECT_EQ(spec.precision, Precision::kExact);
  EXPECT_EQ(spec.bf16_kernel, "");
  EXPECT_EQ(NumericsVersion(spec), NumericsVersion());
  EXPECT_EQ(ParsePrecision("fast"), Precision::kFast);
  EXPECT_EQ(ParsePrecision("quick"), std::nullopt);
}

TEST(SpecTest, OnlyOnThisProcessorDependsOnTheProcessor) {
  AlignmentOptions options;
  options.precision = Precision::kFast;
  for (const Bf16Choice choice : {Bf16Choice::kNowhere, Bf16Choice::kAnywhere}) {
    SetBf16ChoiceForTest(choice);
    std::vector<FieldProblem> problems;
    const AlignmentSpec spec = ResolveOptions(options, false, 5.5, problems);
    EXPECT_EQ(spec.precision, Precision::kFast);
    EXPECT_EQ(spec.bf16_kernel, "");
    EXPECT_EQ(OnThisProcessor(spec).bf16_kernel, Bf16KernelName());
  }
  SetBf16ChoiceForTest(Bf16Choice::kQuick);
}

TEST(SpecTest, OneStepIsSetWithoutTouchingTheOthers) {
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  options.purge_seconds = 1.5;
  options.selection = Selection::kGcv;
  std::vector<FieldProblem> problems;
  const AlignmentSpec spec = ResolveOptions(options, false, 5.5, problems);
  EXPECT_THAT(problems, IsEmpty());
  EXPECT_EQ(spec.purge_seconds, 1.5);
  EXPECT_EQ(spec.selection, Selection::kGcv);
  EXPECT_EQ(spec.zscore_words, FitWords::kAll);
}

TEST(SpecTest, AlphasAreSortedAndDoublesDropped) {
  AlignmentOptions options;
  options.alphas = {10, 0.1, 10, 1};
  std::vector<FieldProblem> problems;
  EXPECT_THAT(ResolveOptions(options, false, 0, problems).alphas, ElementsAre(0.1, 1, 10));
}

TEST(SpecTest, EveryBadOptionIsNamedAtOnce) {
  AlignmentOptions options;
  options.folds = 1;
  options.inner_folds = 0;
  options.pca = -3;
  options.alphas = {1, std::numeric_limits<double>::quiet_NaN(), -2};
  options.purge_seconds = -1;
  options.fold_by = FoldBy::kGroup;
  options.window_bounds_seconds = {0.5, 0.2};
  std::vector<FieldProblem> problems;
  ResolveOptions(options, false, 1, problems);
  std::vector<std::string> fields;
  for (const FieldProblem& problem : problems) fields.push_back(problem.field);
  EXPECT_THAT(fields, ::testing::UnorderedElementsAre(
                          "options.folds", "options.inner_folds", "options.pca",
                          "options.alphas[1]", "options.alphas[2]", "options.purge_seconds",
                          "options.fold_by", "options.window_bounds_seconds[1]"));
  EXPECT_THAT(std::string(ProblemsToStatus(problems).message()),
              HasSubstr("options.folds: folds is 1; at least 2"));
}

TEST(SpecTest, ShuffledFoldsHaveNoPurge) {
  AlignmentOptions options;
  options.fold_by = FoldBy::kShuffled;
  options.uncertainty.detrend = 3;
  options.metric = Metric::kCca;
  std::vector<FieldProblem> problems;
  EXPECT_EQ(ResolveOptions(options, true, 2.5, problems).purge_seconds, 0);
  options.purge_seconds = 0;
  ResolveOptions(options, true, 2.5, problems);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(SpecTest, ShuffledFoldsAreRefusedWithWhatTheyWouldMakeWrong) {
  AlignmentOptions options;
  options.fold_by = FoldBy::kShuffled;
  options.purge_seconds = 0.5;
  options.metric = Metric::kRsa;
  options.uncertainty.nulls = 199;
  options.uncertainty.draws = 2000;
  std::vector<FieldProblem> problems;
  ResolveOptions(options, true, 2.5, problems);
  std::vector<std::string> fields;
  for (const FieldProblem& problem : problems) {
    fields.push_back(problem.field);
    EXPECT_THAT(problem.description, HasSubstr("fold_by is shuffled"));
  }
  EXPECT_THAT(fields, ElementsAre("options.purge_seconds", "options.nulls", "options.draws",
                                  "options.metric"));
}

TEST(SpecTest, FixedTakesExactlyOneAlpha) {
  AlignmentOptions options;
  options.selection = Selection::kFixed;
  std::vector<FieldProblem> problems;
  ResolveOptions(options, false, 1, problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "options.alphas");
}

TEST(SpecTest, NamesParseBack) {
  for (Selection value :
       {Selection::kFixed, Selection::kLoo, Selection::kGcv, Selection::kBlocked}) {
    EXPECT_EQ(ParseSelection(Name(value)), value);
  }
  for (FoldBy value : {FoldBy::kContiguous, FoldBy::kGroup, FoldBy::kShuffled}) {
    EXPECT_EQ(ParseFoldBy(Name(value)), value);
  }
  EXPECT_EQ(ParseMetric("r2"), Metric::kR2);
  EXPECT_EQ(ParseMetric("R2"), std::nullopt);
  EXPECT_EQ(ParseDirection("model_to_brain"), Direction::kModelToBrain);
}

}  // namespace
}  // namespace brainalign
