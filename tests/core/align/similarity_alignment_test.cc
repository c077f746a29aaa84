// Alignments whose metric compares two matrices. Their scores are held against numpy in
// golden_test.cc; threads, budgets and recordings in invariance_test.cc.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/align/alignment.h"
#include "core/align/not_calibrated.h"
#include "core/align/read_off_uncertainty.h"
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

double FurthestApart(const std::vector<double>& a, const std::vector<double>& b) {
  EXPECT_EQ(a.size(), b.size());
  double largest = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    largest = std::max(largest, std::abs(a[i] - b[i]));
  }
  return largest;
}

double MeanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Noise in five sessions, whose activations have nothing to do with the sensors. `drift`: the size
// of a cubic of the position in each session, which half of the columns of both sides have and the
// others have with the other sign.
AlignmentInputs Unrelated(double drift) {
  SimulatedShape shape;
  AlignmentInputs inputs = AsEpochs(SimulateRecording(shape));
  shape.seed = 2;
  const AlignmentInputs others = SimulateRecording(shape);
  inputs.brain.onsets_seconds.clear();
  inputs.brain.sessions.clear();
  inputs.brain.groups.clear();
  for (int word = 0; word < shape.words; ++word) inputs.brain.groups.push_back(word / 40);
  const auto slow = [&](std::int64_t word) {
    const double x = static_cast<double>(word % 40) / 40;
    return drift * (3 * x - 2 * x * x + 4 * x * x * x - 3 + static_cast<double>(word / 40 % 3));
  };
  std::vector<double> brain = inputs.brain.epochs.ToDoubles();
  const std::int64_t of_word = std::int64_t{shape.sensors} * shape.times;
  for (std::size_t i = 0; i < brain.size(); ++i) {
    const auto sensor = static_cast<std::int64_t>(i) % of_word / shape.times;
    brain[i] += (sensor % 2 == 0 ? 1 : -1) * slow(static_cast<std::int64_t>(i) / of_word);
  }
  inputs.brain.epochs = TensorOfDoubles({shape.words, shape.sensors, shape.times}, brain);
  for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
    std::vector<double> layer = others.layers[l].activations.ToDoubles();
    for (std::size_t i = 0; i < layer.size(); ++i) {
      const auto at = static_cast<std::int64_t>(i);
      layer[i] += (at % shape.dims % 2 == 0 ? 1 : -1) * slow(at / shape.dims);
    }
    inputs.layers[l].activations = TensorOfDoubles({shape.words, shape.dims}, layer);
  }
  return inputs;
}

TEST(SimilarityAlignmentTest, DetrendingTakesDriftOutOfBothSides) {
  const AlignmentInputs drifting = Unrelated(20);
  const AlignmentInputs steady = Unrelated(0);
  for (const Metric metric : kSimilarities) {
    for (const int pca : {0, 3}) {
      for (const FoldBy fold_by : {FoldBy::kGroup, FoldBy::kContiguous}) {
        SCOPED_TRACE(testing::Message() << Name(metric) << " pca " << pca);
        AlignmentOptions options = WithMetric(metric);
        options.pca = pca;
        options.fold_by = fold_by;
        options.folds = fold_by == FoldBy::kGroup ? 5 : 4;
        options.uncertainty.nulls = 3;
        const AlignmentResult with_drift = Align(drifting, options);
        options.uncertainty.detrend = 3;
        const AlignmentResult expected = Align(steady, options);
        const AlignmentResult actual = Align(drifting, options);
        EXPECT_LT(FurthestApart(actual.score_per_fold, expected.score_per_fold), 1e-8);
        EXPECT_LT(FurthestApart(actual.null_scores, expected.null_scores), 1e-8);
        EXPECT_LT(FurthestApart(actual.score_for_nulls, expected.score_for_nulls), 1e-8);
        // The part of a score that is compared again is computed from components as well.
        EXPECT_GT(actual.self_check.cells, 0);
        EXPECT_LE(actual.self_check.largest_difference, 1e-9);
        EXPECT_LT(*actual.uncertainty_facts.brain_drift, 0.01);
        // The first component is the drift; rsa sees two others beside it.
        if (pca > 0) continue;
        EXPECT_LT(MeanOf(actual.score), 0.4 * MeanOf(with_drift.score));
        EXPECT_GT(*with_drift.uncertainty_facts.brain_drift, 0.5);
      }
    }
  }
}

// Shifts of what detrending leaves are not calibrated; swaps are (docs/calibration.md).
TEST(SimilarityAlignmentTest, ShiftsWithDetrendingHaveACaution) {
  const auto has_caution = [](Metric metric, std::optional<int> detrend, int nulls,
                              NullBy null_by) {
    AlignmentOptions options = WithMetric(metric);
    options.uncertainty.detrend = detrend;
    options.uncertainty.nulls = nulls;
    options.uncertainty.null_by = null_by;
    AlignmentResult result = Align(Unrelated(1), options);
    ReadOffUncertainty(result);
    const auto found = NotCalibrated(result);
    return std::any_of(found.begin(), found.end(), [](const auto& caution) {
      return caution.first == "detrended_shifts_not_calibrated";
    });
  };
  EXPECT_TRUE(has_caution(Metric::kCka, 3, 2, NullBy::kShift));
  EXPECT_TRUE(has_caution(Metric::kCca, 0, 2, NullBy::kShift));
  EXPECT_FALSE(has_caution(Metric::kCka, 3, 0, NullBy::kShift));
  EXPECT_FALSE(has_caution(Metric::kCka, std::nullopt, 2, NullBy::kShift));
  EXPECT_FALSE(has_caution(Metric::kCka, 3, 2, NullBy::kSwap));
  EXPECT_FALSE(has_caution(Metric::kPearson, 3, 2, NullBy::kShift));
}

// Nothing of a dimension that is constant in each session is left, however large it is.
TEST(SimilarityAlignmentTest, DetrendingTakesOutHugeConstants) {
  for (const Metric metric : kSimilarities) {
    AlignmentOptions options = WithMetric(metric);
    options.uncertainty.detrend = 1;
    AlignmentInputs inputs = Unrelated(1);
    const auto with_constant = [&](double constant) {
      std::vector<double> layer = inputs.layers[0].activations.ToDoubles();
      for (std::size_t i = 2; i < layer.size(); i += 6) layer[i] = constant;
      AlignmentInputs changed = inputs;
      changed.layers[0].activations = TensorOfDoubles({200, 6}, layer);
      return Align(changed, options).score_per_fold;
    };
    EXPECT_EQ(with_constant(1e250), with_constant(1)) << Name(metric);
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
