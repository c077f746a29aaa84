#include "core/problem/requested_arrays.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

AlignmentSpec Resolved(AlignmentOptions options, std::vector<FieldProblem>& problems) {
  return ResolveOptions(options, /*has_groups=*/false, /*epoch_seconds=*/1, problems);
}

std::string DescriptionOfRefusal(const AlignmentOptions& options, const std::string& field) {
  std::vector<FieldProblem> problems;
  Resolved(options, problems);
  EXPECT_EQ(problems.size(), 1U);
  if (problems.empty()) return "";
  EXPECT_EQ(problems.front().field, field);
  return problems.front().description;
}

TEST(RequestedArraysTest, EachDirectionHasScoresOfItsColumns) {
  std::vector<FieldProblem> problems;
  AlignmentOptions options;
  EXPECT_FALSE(Resolved(options, problems).column_scores);
  options.arrays = {"per_fold"};
  EXPECT_FALSE(Resolved(options, problems).column_scores);
  options.arrays = {"per_fold", "per_target", "per_target"};
  AlignmentSpec spec = Resolved(options, problems);
  EXPECT_TRUE(spec.column_scores);
  EXPECT_THAT(RequestedArrays(spec), ElementsAre("per_target"));
  options.direction = Direction::kModelToBrain;
  options.arrays = {"per_sensor"};
  spec = Resolved(options, problems);
  EXPECT_THAT(RequestedArrays(spec), ElementsAre("per_sensor"));
  EXPECT_THAT(problems, IsEmpty());
}

TEST(RequestedArraysTest, ArrayThatAnAlignmentDoesNotHaveIsRefused) {
  AlignmentOptions options;
  options.arrays = {"per_fold", "per_sensor"};
  EXPECT_EQ(DescriptionOfRefusal(options, "options.arrays[1]"),
            "per_sensor is asked for, but direction brain_to_model predicts activations; ask for "
            "per_target");
  options.direction = Direction::kModelToBrain;
  options.arrays = {"per_target"};
  EXPECT_THAT(DescriptionOfRefusal(options, "options.arrays[0]"), HasSubstr("ask for per_sensor"));
  for (const Metric metric : {Metric::kCca, Metric::kCka, Metric::kCkaDebiased, Metric::kRsa}) {
    options.metric = metric;
    EXPECT_THAT(DescriptionOfRefusal(options, "options.arrays[0]"),
                HasSubstr("compares two matrices as a whole"));
  }
  options.arrays = {"sensor\n"};
  EXPECT_EQ(DescriptionOfRefusal(options, "options.arrays[0]"),
            "array is 'sensor\\n'; it must be per_target, per_fold or per_sensor");
}

TEST(RequestedArraysTest, AxisIsAsLongAsTheWidestLayer) {
  AlignmentSpec spec;
  EXPECT_EQ(ColumnAxesOf(spec, 7, {3, 9, 4}).length(), 0);
  spec.column_scores = true;
  EXPECT_EQ(ColumnAxesOf(spec, 7, {3, 9, 4}).targets, 9);
  spec.pca = 2;
  EXPECT_EQ(ColumnAxesOf(spec, 7, {3, 9, 4}).targets, 2);
  EXPECT_EQ(ColumnAxesOf(spec, 7, {3, 9, 4}).sensors, 0);
  spec.direction = Direction::kModelToBrain;
  EXPECT_EQ(ColumnAxesOf(spec, 7, {3, 9, 4}).sensors, 7);
  EXPECT_EQ(ColumnAxesOf(spec, 7, {3, 9, 4}).targets, 0);
}

}  // namespace
}  // namespace brainalign
