// Every case of tests/golden, whose expected numbers scikit-learn made.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/align/result.h"
#include "gtest/gtest.h"
#include "tests/core/align/golden_case.h"

namespace brainalign {
namespace {

using nlohmann::json;

void ExpectReadout(const MatrixReadout& readout, const json& expected, double tolerance) {
  // Times are picked from the grid, so they are exact once the scores are right.
  ExpectNear(readout.t_max, expected.at("t_max"), 1e-9, "t_max");
  ExpectNear(readout.t_argmax, expected.at("t_argmax"), 1e-12, "t_argmax");
  EXPECT_EQ(readout.t_max_contiguous, expected.at("t_max_contiguous").get<std::vector<bool>>());
  ExpectNear({readout.temporal_score}, expected.at("temporal_score"), 1e-9, "temporal_score");
  ExpectNear({readout.temporal_score_p}, expected.at("temporal_score_p"), 1e-6, "temporal_score_p");
  ExpectNear({readout.alignment_score_mean_of_layer_maxima},
             expected.at("alignment_score_mean_of_layer_maxima"), tolerance, "mean of maxima");
  ExpectNear({readout.alignment_score_best_layer}, expected.at("alignment_score_best_layer"),
             tolerance, "best layer");
  std::vector<double> means;
  for (const WindowMean& window : readout.windows) {
    means.insert(means.end(), window.mean.begin(), window.mean.end());
  }
  ExpectNear(means, expected.at("window_means"), tolerance, "window means");
  EXPECT_EQ(readout.window_of_maximum, expected.at("window_of_maximum").get<std::vector<int>>());
}

void ExpectReport(const InputReport& report, const json& expected) {
  using Counts = std::vector<std::int64_t>;
  EXPECT_EQ(report.words_used, expected.at("words_used"));
  EXPECT_EQ(report.dropped_words, expected.at("dropped_words"));
  EXPECT_EQ(report.backward_onset_steps, expected.at("backward_onset_steps"));
  EXPECT_EQ(report.fold_sizes, expected.at("fold_sizes").get<Counts>());
  EXPECT_EQ(report.training_sizes, expected.at("training_sizes").get<Counts>());
  EXPECT_EQ(report.purged_words, expected.at("purged_words").get<Counts>());
  EXPECT_EQ(report.constant_sensors, expected.at("constant_sensors").get<std::vector<int>>());
}

class GoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenTest, AgreesWithScikitLearn) {
  const json expected = ReadGolden("expected/" + GetParam().name + ".json");
  const absl::StatusOr<AlignmentResult> result =
      AlignGolden(GetParam(), ToOptions(GetParam().options));
  ASSERT_TRUE(result.ok()) << result.status();
  const double tolerance = ToleranceOf(expected);
  ExpectNear(result->score, expected.at("score"), tolerance, "score");
  ExpectNear(result->score_per_fold, expected.at("score_per_fold"), tolerance, "score_per_fold");
  ExpectReadout(result->readout, expected, tolerance);
  ExpectReport(result->input, expected);

  const bool has_constant_targets = expected.at("constant_targets") > 0;
  EXPECT_EQ(result->constant_targets > 0, has_constant_targets);
  // A constant target ties at every penalty, so which one it took means nothing.
  if (expected.at("alpha_choice_is_stable") && !has_constant_targets &&
      !result->spec.shared_alpha) {
    ExpectNear(std::vector<double>(result->alpha_counts.begin(), result->alpha_counts.end()),
               expected.at("alpha_counts"), 0, "alpha_counts");
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenTest, testing::ValuesIn(GoldenCases("manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

}  // namespace
}  // namespace brainalign
