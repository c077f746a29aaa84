// Scores do not depend on units, whatever float64 holds: each result on scaled data is that of the
// same data near 1, which is held against the formulas.
#include <Eigen/Core>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/simulated_inputs.h"
#include "tests/core/align/textbook.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

using ::testing::HasSubstr;

constexpr int kSensors = 6;
constexpr int kTimes = 2;
constexpr int kDims = 5;
constexpr int kFew = 500;
constexpr int kMany = 2100;

std::vector<double> Scaled(std::vector<double> values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

// An experiment in f64, each part of which can be in a unit of its own.
struct Experiment {
  explicit Experiment(int word_count) : words(word_count) {
    ReproducibleRandom random(11);
    double weight[kDims][kSensors];
    for (auto& of_dimension : weight) {
      for (double& value : of_dimension) value = random.Normal();
    }
    for (int word = 0; word < words; ++word) {
      double hidden[kDims];
      for (double& value : hidden) {
        value = random.Normal();
        activations.push_back(value + 0.5 * random.Normal() + 0.3);
      }
      nuisance.push_back(hidden[0] + random.Normal());
      nuisance.push_back(random.Normal());
      for (int sensor = 0; sensor < kSensors; ++sensor) {
        double driven = 0;
        for (int d = 0; d < kDims; ++d) driven += weight[d][sensor] * hidden[d];
        for (int t = 0; t < kTimes; ++t) epochs.push_back(driven / (1 + t) + random.Normal());
      }
    }
  }

  AlignmentInputs Inputs() const {
    AlignmentInputs inputs;
    inputs.brain.epochs = TensorOfDoubles({words, kSensors, kTimes}, Scaled(epochs, brain_unit));
    inputs.brain.times_seconds = {0, 0.1};
    inputs.layers.push_back(
        {TensorOfDoubles({words, kDims}, Scaled(activations, model_unit)), 1, "layer"});
    return inputs;
  }

  AlignmentInputs WithNuisance(AlignmentOptions& options) const {
    AlignmentInputs inputs = Inputs();
    inputs.nuisance = TensorOfDoubles({words, 2}, Scaled(nuisance, nuisance_unit));
    options.nuisance = {"one", "other"};
    return inputs;
  }

  int words;
  std::vector<double> activations;  // (words, d)
  std::vector<double> epochs;       // (words, s, T)
  std::vector<double> nuisance;     // (words, 2)
  double model_unit = 1;
  double brain_unit = 1;
  double nuisance_unit = 1;
};

struct ScaledCase {
  std::string name;
  AlignmentOptions options;
  bool with_nuisance = false;
};

AlignmentOptions ScaledMetric(Metric metric, AlignmentOptions options = {}) {
  options.metric = metric;
  return options;
}

AlignmentOptions WithSelection(Selection selection) {
  AlignmentOptions options;
  options.selection = selection;
  if (selection == Selection::kFixed) options.alphas = {10};
  return options;
}

AlignmentOptions Paper() {
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  return options;
}

AlignmentOptions Components(int count) {
  AlignmentOptions options;
  options.pca = count;
  return options;
}

AlignmentOptions Shared() {
  AlignmentOptions options;
  options.shared_alpha = true;
  return options;
}

AlignmentOptions Detrended(AlignmentOptions options = {}) {
  options.uncertainty.detrend = 2;
  return options;
}

AlignmentOptions ToBrain(AlignmentOptions options = {}) {
  options.direction = Direction::kModelToBrain;
  return options;
}

// In which the activations are no features of a regression with a penalty.
std::vector<ScaledCase> CasesWithoutUnit() {
  return {{"blocked", {}},
          {"paper", Paper()},
          {"gcv", WithSelection(Selection::kGcv)},
          {"fixed", WithSelection(Selection::kFixed)},
          {"shared", Shared()},
          {"components", Components(3)},
          {"detrended", Detrended()},
          {"cosine", ScaledMetric(Metric::kCosine)},
          {"r2", ScaledMetric(Metric::kR2)},
          {"r2_of_components", ScaledMetric(Metric::kR2, Components(3))},
          {"nuisance", {}, true},
          {"shared_beside_nuisance", Shared(), true},
          {"cca", ScaledMetric(Metric::kCca)},
          {"cka", ScaledMetric(Metric::kCka)},
          {"cka_debiased", ScaledMetric(Metric::kCkaDebiased)},
          {"rsa", ScaledMetric(Metric::kRsa)},
          {"cca_detrended", Detrended(ScaledMetric(Metric::kCca))},
          {"rsa_detrended", Detrended(ScaledMetric(Metric::kRsa))},
          {"rsa_of_components", ScaledMetric(Metric::kRsa, Components(3))}};
}

AlignmentResult AlignCase(const Experiment& experiment, const ScaledCase& now) {
  AlignmentOptions options = now.options;
  options.precision = Precision::kDouble;
  const bool has_draws =
      options.metric == Metric::kPearson && options.direction == Direction::kBrainToModel;
  options.uncertainty.draws = has_draws ? 10 : 0;  // with influence and drift
  const AlignmentInputs inputs =
      now.with_nuisance ? experiment.WithNuisance(options) : experiment.Inputs();
  return Align(inputs, options);
}

void ExpectNearAll(const std::vector<double>& found, const std::vector<double>& expected,
                   double tolerance) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance);
}

void ExpectSame(const AlignmentResult& found, const AlignmentResult& expected) {
  EXPECT_EQ(found.score_per_fold, expected.score_per_fold);
  EXPECT_EQ(found.alpha_counts, expected.alpha_counts);
  EXPECT_EQ(found.constant_targets, expected.constant_targets);
  EXPECT_EQ(found.self_check.largest_difference, expected.self_check.largest_difference);
  EXPECT_EQ(found.nuisance_to_model, expected.nuisance_to_model);
  EXPECT_EQ(found.brain_to_nuisance, expected.brain_to_nuisance);
  EXPECT_EQ(found.held_out_influence, expected.held_out_influence);
  EXPECT_EQ(found.refit_influence, expected.refit_influence);
  EXPECT_EQ(found.autocorrelation_lag_1, expected.autocorrelation_lag_1);
  EXPECT_EQ(found.uncertainty_facts.model_drift, expected.uncertainty_facts.model_drift);
  EXPECT_EQ(found.uncertainty_facts.brain_drift, expected.uncertainty_facts.brain_drift);
}

class ScaleTest : public ::testing::TestWithParam<ScaledCase> {};

TEST_P(ScaleTest, UnitsOfEitherSideChangeNoBit) {
  for (const int words : {kFew, kMany}) {
    const AlignmentResult expected = AlignCase(Experiment(words), GetParam());
    ASSERT_FALSE(expected.score.empty());
    EXPECT_GT(expected.score[0], 0.02);
    for (const double unit : {0x1p252, 0x1p531, 0x1p1015, 0x1p-266, 0x1p-664, 0x1p-990}) {
      SCOPED_TRACE(unit);
      Experiment experiment(words);
      experiment.model_unit = unit;
      experiment.nuisance_unit = unit > 1 ? 0x1p-700 : 0x1p700;
      ExpectSame(AlignCase(experiment, GetParam()), expected);
      experiment.model_unit = 1;
      experiment.brain_unit = unit;
      ExpectSame(AlignCase(experiment, GetParam()), expected);
    }
  }
}

TEST_P(ScaleTest, PowersOfTenAreRightToNineDigits) {
  const AlignmentResult expected = AlignCase(Experiment(kFew), GetParam());
  for (const double unit :
       {1e76, 1e80, 1e100, 1e155, 1e200, 1e300, 1e-90, 1e-100, 1e-200, 1e-300}) {
    SCOPED_TRACE(unit);
    Experiment experiment(kFew);
    experiment.model_unit = unit;
    experiment.brain_unit = unit;
    ExpectNearAll(AlignCase(experiment, GetParam()).score_per_fold, expected.score_per_fold, 1e-9);
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, ScaleTest, ::testing::ValuesIn(CasesWithoutUnit()),
                         [](const ::testing::TestParamInfo<ScaledCase>& test) {
                           return test.param.name;
                         });

// What the cases above are compared with.
TEST(ScaleOfOneTest, AgreesWithTheFormulas) {
  for (const ScaledCase& now : CasesWithoutUnit()) {
    if (IsSimilarity(now.options.metric) || now.with_nuisance || now.name == "detrended") continue;
    SCOPED_TRACE(now.name);
    const Experiment experiment(kFew);
    const AlignmentResult result = AlignCase(experiment, now);
    ExpectNearAll(result.score_per_fold, TextbookScores(experiment.Inputs(), result.spec), 1e-7);
  }
}

// A recording is standardised before it is rounded to float32.
TEST(ScaleOfRecordingTest, ChangesNoBitInSinglePrecision) {
  for (const AlignmentOptions& options : {AlignmentOptions(), ToBrain()}) {
    const AlignmentResult expected = Align(Experiment(kMany).Inputs(), options);
    EXPECT_EQ(expected.spec.precision_used(), Precision::kExact);
    for (const double unit : {0x1p515, 0x1p-664}) {
      Experiment experiment(kMany);
      experiment.brain_unit = unit;
      ExpectSame(Align(experiment.Inputs(), options), expected);
    }
  }
}

// As targets dimensions are in units of their own: none vanishes beside another.
TEST(ScaleOfDimensionsTest, AreOfEachDimension) {
  for (const ScaledCase& now : {ScaledCase{"blocked", {}}, ScaledCase{"nuisance", {}, true}}) {
    const AlignmentResult expected = AlignCase(Experiment(kFew), now);
    Experiment experiment(kFew);
    const double units[kDims] = {0x1p-900, 0x1p-300, 1, 0x1p400, 0x1p1000};
    for (std::size_t i = 0; i < experiment.activations.size(); ++i) {
      experiment.activations[i] *= units[i % kDims];
    }
    const AlignmentResult found = AlignCase(experiment, now);
    EXPECT_EQ(found.score_per_fold, expected.score_per_fold);
    EXPECT_EQ(found.alpha_counts, expected.alpha_counts);
  }
}

// Errors of dimensions that share a penalty are summed in their units: the largest decides.
TEST(ScaleOfDimensionsTest, CountWhereTheyShareAPenalty) {
  ScaledCase now = {"shared", Shared()};
  now.options.arrays = {"per_target"};
  Experiment alone(kFew);
  std::vector<double> first;
  for (std::size_t i = 0; i < alone.activations.size(); i += kDims) {
    first.push_back(alone.activations[i]);
  }
  AlignmentInputs of_one = alone.Inputs();
  of_one.layers[0].activations = TensorOfDoubles({kFew, 1}, first);
  const AlignmentResult expected = Align(of_one, now.options);
  for (const double unit : {0x1p300, 0x1p900}) {
    Experiment experiment(kFew);
    for (std::size_t i = 0; i < first.size(); ++i) experiment.activations[i * kDims] *= unit;
    const AlignmentResult found = AlignCase(experiment, now);
    for (std::size_t a = 0; a < expected.alpha_counts.size(); ++a) {
      EXPECT_EQ(found.alpha_counts[a], kDims * expected.alpha_counts[a]);
    }
    EXPECT_NEAR(found.score_per_target[0], expected.score_per_target[0], 1e-12);
    EXPECT_GT(found.score_per_target[1], 0.2);
  }
}

// Activations are features as they are: in a large unit penalties vanish beside them, in a small
// one they vanish beside penalties.
TEST(ScaleOfFeaturesTest, IsThatOfPenalties) {
  for (const int pca : {0, 3}) {
    for (const Selection selection : {Selection::kBlocked, Selection::kLoo, Selection::kGcv}) {
      AlignmentOptions options = ToBrain();
      options.pca = pca;
      options.selection = Selection::kFixed;
      for (const double alpha : {1e-40, 1e40}) {
        options.alphas = {alpha};
        const ScaledCase end = {"end", options};
        const AlignmentResult expected = AlignCase(Experiment(kFew), end);
        EXPECT_GT(expected.score[0], 0.2);
        ScaledCase now = {"unit", ToBrain()};
        now.options.pca = pca;
        now.options.selection = selection;
        Experiment experiment(kFew);
        for (const double unit : {1e80, 1e160, 1e250, 1e300}) {
          SCOPED_TRACE(unit);
          experiment.model_unit = alpha < 1 ? unit : 1 / unit;
          ExpectNearAll(AlignCase(experiment, now).score_per_fold, expected.score_per_fold, 1e-9);
        }
      }
    }
  }
}

TEST(ScaleOfFeaturesTest, IsThatOfPenaltiesUnderNulls) {
  AlignmentOptions options = ToBrain();
  options.selection = Selection::kFixed;
  options.alphas = {1e-40};
  options.uncertainty.nulls = 3;
  const AlignmentResult expected = Align(Experiment(kFew).Inputs(), options);
  options.alphas = {1};
  Experiment experiment(kFew);
  experiment.model_unit = 1e160;
  const AlignmentResult found = Align(experiment.Inputs(), options);
  ExpectNearAll(found.null_scores, expected.null_scores, 1e-9);
}

absl::Status StatusOf(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  const auto alignment = Alignment::Create(inputs, options, nullptr);
  if (!alignment.ok()) return alignment.status();
  const CancelFlag cancel{false};
  return RunAlignment(**alignment, 1, cancel, nullptr).status();
}

// Beside a penalty both count, and one product of both is not a number.
TEST(ScaleOfFeaturesTest, IsRefusedWhereFloat64DoesNotHoldBoth) {
  Experiment experiment(kFew);
  for (std::size_t i = 3; i < experiment.activations.size(); i += kDims) {
    experiment.activations[i] *= 1e200;
  }
  absl::Status status = StatusOf(experiment.Inputs(), ToBrain());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              ::testing::AllOf(HasSubstr("layer layer reach "), HasSubstr("e+200 in dimension 3"),
                               HasSubstr("e+0 in dimension 0")));
  // Dimensions that the smallest penalty hides change nothing.
  for (double& value : experiment.activations) value *= 1e-100;
  Experiment without = experiment;
  for (std::size_t i = 0; i < without.activations.size(); ++i) {
    if (i % kDims != 3) without.activations[i] = 0;
  }
  const ScaledCase now = {"hidden", ToBrain()};
  ExpectNearAll(AlignCase(experiment, now).score_per_fold, AlignCase(without, now).score_per_fold,
                1e-12);
}

TEST(ScaleOfFeaturesTest, IsRefusedBesideNuisance) {
  for (const double unit : {1e160, 1e-160}) {
    Experiment experiment(kFew);
    experiment.model_unit = unit;
    AlignmentOptions options = ToBrain();
    const AlignmentInputs inputs = experiment.WithNuisance(options);
    const absl::Status status = StatusOf(inputs, options);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(status.message()), HasSubstr("scale the"));
  }
}

TEST(PenaltyTest, IsRightAtBothEnds) {
  for (const AlignmentOptions& given : {AlignmentOptions(), ToBrain()}) {
    for (const double alpha : {1e-40, 1e-20, 1e20, 1e40}) {
      for (const double unit : {0x1p-140, 1.0, 0x1p140}) {
        SCOPED_TRACE(unit);
        AlignmentOptions options = given;
        options.selection = Selection::kFixed;
        options.alphas = {alpha};
        Experiment experiment(kFew);
        experiment.model_unit = unit;
        const AlignmentResult result = Align(experiment.Inputs(), options);
        ExpectNearAll(result.score_per_fold, TextbookScores(experiment.Inputs(), result.spec),
                      1e-7);
      }
    }
  }
}

TEST(PenaltyTest, IsRefusedBeyondThem) {
  for (const double alpha : {9e-41, 1.1e40, 1e200, 1e300, 0.0, -1.0, std::nan("")}) {
    AlignmentOptions options;
    options.selection = Selection::kFixed;
    options.alphas = {alpha};
    std::vector<FieldProblem> problems;
    EXPECT_FALSE(Alignment::Create(Experiment(kFew).Inputs(), options, &problems).ok());
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_EQ(problems[0].field, "options.alphas[0]");
    EXPECT_THAT(problems[0].description, HasSubstr("each must be from 1e-40 to 1e+40"));
  }
}

}  // namespace
}  // namespace brainalign
