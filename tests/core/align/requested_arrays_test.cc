// Every case of tests/golden/arrays: arrays that a result has only if they are asked for, whose
// expected numbers come from scikit-learn.
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/align/result.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/golden_case.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using nlohmann::json;

class RequestedArraysGoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(RequestedArraysGoldenTest, AgreesWithScikitLearn) {
  const json expected = ReadGolden("arrays/" + GetParam().name + ".json");
  AlignmentOptions options = ToOptions(GetParam().options);
  const bool to_brain = options.direction == Direction::kModelToBrain;
  options.arrays = {to_brain ? "per_sensor" : "per_target", "per_fold"};
  const absl::StatusOr<AlignmentResult> result = AlignGolden(GetParam(), options);
  ASSERT_TRUE(result.ok()) << result.status();
  const std::vector<double>& columns =
      to_brain ? result->score_per_sensor : result->score_per_target;
  ExpectNear(columns, expected.at("columns"), ToleranceOf(expected), "columns");
  EXPECT_TRUE((to_brain ? result->score_per_target : result->score_per_sensor).empty());

  // The mean over the columns that there are is the score.
  const std::size_t length = columns.size() / result->score.size();
  for (std::size_t cell = 0; cell < result->score.size(); ++cell) {
    double sum = 0;
    int count = 0;
    for (std::size_t c = 0; c < length; ++c) {
      const double score = columns[cell * length + c];
      if (std::isnan(score)) continue;
      sum += score;
      ++count;
    }
    EXPECT_NEAR(sum / count, result->score[cell], 1e-12) << cell;
  }

  // What is not asked for is not there, and changes no bit of the rest.
  options.arrays.clear();
  const absl::StatusOr<AlignmentResult> without = AlignGolden(GetParam(), options);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_EQ(without->score_per_fold, result->score_per_fold);
  EXPECT_TRUE(without->score_per_target.empty());
  EXPECT_TRUE(without->score_per_sensor.empty());
}

INSTANTIATE_TEST_SUITE_P(Cases, RequestedArraysGoldenTest,
                         testing::ValuesIn(GoldenCases("arrays/manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

// Many words are held in single precision, where targets are judged in panels or one by one.
TEST(RequestedArraysTest, ManyWordsInSinglePrecisionAgreeWithDouble) {
  const AlignmentInputs inputs =
      SimulateRecording({.words = 2500, .sensors = 12, .times = 3, .layers = 2, .dims = 9});
  for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
    for (const auto& [preset, metric] :
         {std::pair(Preset::kStrict, Metric::kPearson), std::pair(Preset::kPaper, Metric::kPearson),
          std::pair(Preset::kStrict, Metric::kR2)}) {
      AlignmentOptions options;
      options.direction = direction;
      options.preset = preset;
      options.metric = metric;
      const AlignmentResult without = Align(inputs, options);
      const bool to_brain = direction == Direction::kModelToBrain;
      options.arrays = {to_brain ? "per_sensor" : "per_target"};
      const AlignmentResult single = Align(inputs, options);
      EXPECT_FALSE(single.spec.in_double);
      EXPECT_EQ(single.score_per_fold, without.score_per_fold);
      options.precision = Precision::kDouble;
      const AlignmentResult exact = Align(inputs, options);
      const auto columns = [&](const AlignmentResult& result) {
        return to_brain ? result.score_per_sensor : result.score_per_target;
      };
      ASSERT_EQ(columns(single).size(), exact.score.size() * (to_brain ? 12 : 9));
      for (std::size_t i = 0; i < columns(single).size(); ++i) {
        EXPECT_NEAR(columns(single)[i], columns(exact)[i], 1e-6) << i;
      }
    }
  }
}

}  // namespace
}  // namespace brainalign
