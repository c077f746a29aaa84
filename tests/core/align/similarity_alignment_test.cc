// Alignments whose metric compares two matrices. Their scores are held against numpy in
// golden_test.cc; threads, budgets and recordings in invariance_test.cc.
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::HasSubstr;

constexpr Metric kSimilarities[] = {Metric::kCca, Metric::kCka, Metric::kCkaDebiased, Metric::kRsa};

AlignmentOptions WithMetric(Metric metric) {
  AlignmentOptions options;
  options.metric = metric;
  return options;
}

std::string RefusedWith(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  std::vector<FieldProblem> problems;
  const auto alignment = Alignment::Create(inputs, options, &problems);
  EXPECT_TRUE(absl::IsInvalidArgument(alignment.status())) << alignment.status();
  return std::string(alignment.status().message());
}

TEST(SimilarityAlignmentTest, RefusesFoldsOfThreeWords) {
  SimulatedShape shape;
  shape.words = 19;
  AlignmentInputs inputs = AsEpochs(SimulateRecording(shape));
  inputs.brain.onsets_seconds.clear();
  inputs.brain.groups.clear();
  for (const Metric metric : kSimilarities) {
    const std::string refusal = RefusedWith(inputs, WithMetric(metric));
    EXPECT_THAT(refusal, HasSubstr("options.folds"));
    EXPECT_THAT(refusal, HasSubstr("fold 5 of 5 tests on 3 words"));
  }
}

TEST(SimilarityAlignmentTest, RefusesOptionsThatMeanNothingForIt) {
  const AlignmentInputs inputs = SimulateRecording({});
  AlignmentOptions options = WithMetric(Metric::kCka);
  options.alphas = {1, 10};
  EXPECT_THAT(RefusedWith(inputs, options), HasSubstr("options.alphas"));
  options = WithMetric(Metric::kRsa);
  options.selection = Selection::kGcv;
  EXPECT_THAT(RefusedWith(inputs, options), HasSubstr("options.selection"));
  options = WithMetric(Metric::kCca);
  options.shared_alpha = true;
  EXPECT_THAT(RefusedWith(inputs, options), HasSubstr("options.shared_alpha"));
  options = WithMetric(Metric::kCka);
  options.uncertainty.draws = 2000;
  options.direction = Direction::kModelToBrain;  // means nothing here
  EXPECT_THAT(RefusedWith(inputs, options),
              HasSubstr("options.draws: draws is 2000, but no error of a score is known for metric "
                        "cka; leave draws out, or use pearson"));
  options = WithMetric(Metric::kCka);
  options.cca_components = 3;
  EXPECT_THAT(RefusedWith(inputs, options), HasSubstr("options.cca_components"));
  options = WithMetric(Metric::kCca);
  options.cca_components = 0;
  EXPECT_THAT(RefusedWith(inputs, options), HasSubstr("cca_components is 0"));
  options = WithMetric(Metric::kCca);
  options.cca_rho = std::nan("");
  EXPECT_THAT(RefusedWith(inputs, options), HasSubstr("options.cca_rho"));
}

TEST(SimilarityAlignmentTest, HasNoPenaltiesAndNoDirection) {
  const AlignmentInputs inputs = SimulateRecording({});
  for (const Metric metric : kSimilarities) {
    const AlignmentResult result = Align(inputs, WithMetric(metric));
    EXPECT_TRUE(result.spec.alphas.empty());
    EXPECT_TRUE(result.alpha_counts.empty());
    EXPECT_EQ(result.constant_targets, 0);
    EXPECT_GT(result.self_check.cells, 0);
    EXPECT_LE(result.self_check.largest_difference, 1e-9);
    EXPECT_GT(result.readout.alignment_score_best_layer, 0.02);
    AlignmentOptions reversed = WithMetric(metric);
    reversed.direction = Direction::kModelToBrain;
    const AlignmentResult of_reversed = Align(inputs, reversed);
    EXPECT_EQ(of_reversed.spec.direction, Direction::kModelToBrain);
    EXPECT_EQ(of_reversed.score_per_fold, result.score_per_fold);
  }
}

// All activations are one word's: nothing is NaN, and every cell is counted.
TEST(SimilarityAlignmentTest, ConstantActivationsScoreZero) {
  AlignmentInputs inputs = SimulateRecording({});
  const std::vector<std::int64_t> shape = inputs.layers[0].activations.spec().shape;
  std::vector<float> values(static_cast<std::size_t>(shape[0] * shape[1]));
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = 0.1F * static_cast<float>(i % static_cast<std::size_t>(shape[1]));
  }
  inputs.layers[0].activations = TensorOfFloats(shape, values);
  for (const Metric metric : kSimilarities) {
    const AlignmentResult result = Align(inputs, WithMetric(metric));
    for (int time = 0; time < result.times; ++time) {
      EXPECT_EQ(result.score[static_cast<std::size_t>(time)], 0) << Name(metric);
    }
    EXPECT_GE(result.constant_targets, 5 * result.times) << Name(metric);
    EXPECT_TRUE(std::isnan(result.readout.t_max[0]));
  }
}

TEST(SimilarityAlignmentTest, StopsSoonWhenItIsCancelled) {
  for (const Metric metric : kSimilarities) {
    const auto alignment = Alignment::Create(SimulateRecording({}), WithMetric(metric), nullptr);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    const CancelFlag cancel{true};
    PrepareAll(**alignment);
    EXPECT_TRUE(absl::IsCancelled((*alignment)->Compute(0, cancel).status())) << Name(metric);
  }
}

// In float64 for any number of words, whatever is asked for.
TEST(SimilarityAlignmentTest, IsTheSameInEveryPrecision) {
  SimulatedShape shape;
  shape.words = 2500;
  const AlignmentInputs inputs = SimulateRecording(shape);
  for (const Metric metric : kSimilarities) {
    AlignmentOptions options = WithMetric(metric);
    const AlignmentResult exact = Align(inputs, options);
    options.precision = Precision::kDouble;
    EXPECT_EQ(Align(inputs, options).score_per_fold, exact.score_per_fold);
    options.precision = Precision::kFast;
    const AlignmentResult fast = Align(inputs, options);
    EXPECT_EQ(fast.score_per_fold, exact.score_per_fold);
    EXPECT_THAT(fast.notes, testing::Contains(HasSubstr("fell back to exact")));
  }
}

}  // namespace
}  // namespace brainalign
