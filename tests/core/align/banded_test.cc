// Nuisance and activations that predict the brain together, each with its penalty: every case of
// tests/golden/banded, whose expected numbers come from scikit-learn, and what a user may get
// wrong.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/align/not_calibrated.h"
#include "core/align/read_off_uncertainty.h"
#include "core/align/result.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/golden_case.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class BandedGoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(BandedGoldenTest, AgreesWithScikitLearn) {
  const GoldenCase& golden = GetParam();
  const json expected = ReadGolden("banded/" + golden.name + ".json");
  AlignmentInputs inputs = ReadGoldenInputs(golden.inputs);
  AlignmentOptions options = ToOptions(golden.options);
  SetNuisance(expected.at("nuisance"), inputs, options);
  options.arrays = {"per_sensor"};
  if (const json& order = golden.entry.at("detrend"); !order.is_null()) {
    options.uncertainty.detrend = order.get<int>();
  }
  if (const json& units = golden.entry.at("units"); !units.is_null()) {
    for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
      Tensor& activations = inputs.layers[l].activations;
      std::vector<double> scaled = activations.ToDoubles();
      for (double& value : scaled) value *= units.at(l).get<double>();
      activations = TensorOfDoubles(activations.spec().shape, scaled);
    }
  }
  const bool has_nulls = expected.contains("null_scores");
  if (has_nulls) {
    options.uncertainty.nulls = golden.entry.at("nulls").get<int>();
    options.uncertainty.seed = golden.entry.at("seed").get<std::uint64_t>();
    options.uncertainty.min_shift_words = golden.entry.at("min_shift_words").get<int>();
  }
  const AlignmentResult result = Align(inputs, options, /*threads=*/2);
  // Columns of 1e8 beside standardised ones leave fewer digits.
  const double tolerance = golden.entry.at("units").is_null() ? 1e-6 : 1e-5;
  ExpectNear(result.score_per_fold, expected.at("score_per_fold"), tolerance, "score_per_fold");
  ExpectNear(result.score_per_sensor, expected.at("score_per_sensor"), tolerance,
             "score_per_sensor");
  ExpectNear(result.score_of_band, expected.at("score_of_band"), tolerance, "score_of_band");
  ExpectNear(result.product_measure, expected.at("product_measure"), tolerance, "product_measure");
  if (has_nulls) {
    ExpectNear(result.null_scores, expected.at("null_scores"), tolerance, "null_scores");
  }
  EXPECT_TRUE(result.nuisance_to_model.empty());
  EXPECT_TRUE(result.brain_to_nuisance.empty());
}

INSTANTIATE_TEST_SUITE_P(Cases, BandedGoldenTest,
                         testing::ValuesIn(GoldenCases("banded/manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

AlignmentOptions ToBrain() {
  AlignmentOptions options;
  options.direction = Direction::kModelToBrain;
  return options;
}

// `inputs` with two columns of nuisance: a dimension of the first layer with noise, and noise.
AlignmentInputs WithBands(AlignmentInputs inputs) {
  const std::int64_t words = inputs.layers.front().activations.dim(0);
  const std::int64_t dims = inputs.layers.front().activations.dim(1);
  const std::vector<double> layer = inputs.layers.front().activations.ToDoubles();
  std::vector<double> values;
  for (std::int64_t word = 0; word < words; ++word) {
    const double noise = std::sin(12.9898 * static_cast<double>(word * word % 1013));
    values.push_back(layer[static_cast<std::size_t>(word * dims)] + noise);
    values.push_back(std::cos(7.1 * static_cast<double>(word * word % 977)));
  }
  inputs.nuisance = TensorOfDoubles({words, 2}, values);
  return inputs;
}

// With one alpha, the bands are one ridge regression on the columns side by side; more words than
// are held in float64 otherwise. The nuisance alternates between -1 and 1, so that it is standard
// on every training set of whole pairs.
TEST(BandedTest, OneAlphaIsARidgeRegressionOnAllColumnsOfManyWords) {
  constexpr std::int64_t kManyWords = 2500;
  constexpr std::int64_t kDims = 5;
  AlignmentInputs inputs = SimulateRecording(
      {.words = kManyWords, .sensors = 6, .times = 3, .layers = 1, .dims = kDims, .sessions = 1});
  const std::vector<double> layer = inputs.layers.front().activations.ToDoubles();
  std::vector<double> nuisance;
  std::vector<double> both;
  for (std::int64_t word = 0; word < kManyWords; ++word) {
    nuisance.push_back(word % 2 == 0 ? 1 : -1);
    both.push_back(nuisance.back());
    const auto row = layer.begin() + static_cast<std::ptrdiff_t>(word * kDims);
    both.insert(both.end(), row, row + kDims);
  }
  AlignmentOptions options = ToBrain();
  options.fold_by = FoldBy::kContiguous;
  options.purge_seconds = 0;
  options.selection = Selection::kFixed;
  options.alphas = {40.0};
  options.precision = Precision::kDouble;
  AlignmentInputs together = inputs;
  together.layers.front().activations = TensorOfDoubles({kManyWords, kDims + 1}, both);
  const AlignmentResult of_both = Align(together, options);
  AlignmentInputs alone = inputs;
  alone.layers.front().activations = TensorOfDoubles({kManyWords, 1}, nuisance);
  const AlignmentResult of_nuisance = Align(alone, options);
  const AlignmentResult of_activations = Align(inputs, options);
  ASSERT_EQ(of_both.input.words_used % (2 * options.folds), 0);

  inputs.nuisance = TensorOfDoubles({kManyWords, 1}, nuisance);
  options.nuisance = {"parity"};
  options.precision = Precision::kExact;
  const AlignmentResult banded = Align(inputs, options, 2);
  EXPECT_TRUE(banded.spec.in_double);
  EXPECT_FALSE(banded.self_check.fell_back);
  EXPECT_THAT(banded.notes, testing::Contains(HasSubstr("float64")));
  for (std::size_t i = 0; i < banded.score_per_fold.size(); ++i) {
    EXPECT_NEAR(banded.score_per_fold[i], of_both.score_per_fold[i] - of_nuisance.score_per_fold[i],
                1e-9);
  }
  for (std::size_t i = 0; i < banded.score.size(); ++i) {
    EXPECT_NEAR(banded.score_of_band[2 * i], of_nuisance.score[i], 1e-9);
    EXPECT_NEAR(banded.score_of_band[2 * i + 1], of_activations.score[i], 1e-9);
    // The parts of Pearson's r add up to it.
    EXPECT_NEAR(banded.product_measure[2 * i] + banded.product_measure[2 * i + 1], of_both.score[i],
                1e-9);
  }
}

TEST(BandedTest, NothingDependsOnThreadsOrUnitsOfTheNuisance) {
  const AlignmentInputs inputs = WithBands(SimulateRecording({.words = 300, .dims = 5}));
  AlignmentOptions options = ToBrain();
  options.nuisance = ColumnNames(2);
  options.uncertainty.nulls = 3;
  const AlignmentResult one = Align(inputs, options, 1);
  const AlignmentResult three = Align(inputs, options, 3);
  EXPECT_EQ(one.score_per_fold, three.score_per_fold);
  EXPECT_EQ(one.null_scores, three.null_scores);
  EXPECT_EQ(one.product_measure, three.product_measure);
  EXPECT_GT(one.self_check.cells, 0);
  EXPECT_LT(one.self_check.largest_difference, 1e-9);

  AlignmentInputs other = inputs;
  std::vector<double> values = inputs.nuisance.ToDoubles();
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = -1e9 * values[i] + 1e10;
  other.nuisance = TensorOfDoubles(inputs.nuisance.spec().shape, values);
  const AlignmentResult scaled = Align(other, options);
  for (std::size_t i = 0; i < one.score.size(); ++i) {
    EXPECT_NEAR(one.score[i], scaled.score[i], 1e-9) << i;
  }
}

// Activations that are a copy of the nuisance add next to nothing to it, whatever their relation to
// the brain; its score alone is theirs.
TEST(BandedTest, ACopyOfTheNuisanceAddsNothing) {
  AlignmentInputs inputs =
      SimulateRecording({.words = 600, .sensors = 6, .times = 4, .layers = 2, .dims = 4});
  inputs.nuisance = inputs.layers.front().activations;
  AlignmentOptions options = ToBrain();
  options.nuisance = ColumnNames(4);
  const AlignmentResult result = Align(inputs, options, 2);
  const std::size_t times = 4;
  double best_alone = 0;
  double most_added = 0;
  for (std::size_t t = 0; t < times; ++t) {
    best_alone = std::max(best_alone, result.score_of_band[2 * t]);
    most_added = std::max(most_added, std::abs(result.score[t]));
    EXPECT_NEAR(result.score_of_band[2 * t], result.score_of_band[2 * t + 1], 0.01);
  }
  EXPECT_GT(best_alone, 0.2);
  EXPECT_LT(most_added, 0.02);
  // The other layer does add.
  EXPECT_GT(*std::max_element(result.score.begin() + 4, result.score.end()), 0.1);
}

TEST(BandedTest, ComponentsOfEachFoldHaveNullsWithOneBasis) {
  const AlignmentInputs inputs = WithBands(SimulateRecording({.words = 300, .dims = 6}));
  AlignmentOptions options = ToBrain();
  options.nuisance = ColumnNames(2);
  options.pca = 3;
  const AlignmentResult without = Align(inputs, options);
  options.uncertainty.nulls = 3;
  const AlignmentResult result = Align(inputs, options, 2);
  EXPECT_EQ(result.score_per_fold, without.score_per_fold);
  ASSERT_EQ(result.score_for_nulls.size(), result.score.size());
  options.pca_words = FitWords::kAll;
  AlignmentResult of_all = Align(inputs, options);
  EXPECT_EQ(result.score_for_nulls, of_all.score);
  EXPECT_EQ(result.null_scores, of_all.null_scores);
}

// Where the nuisance explains all of the activations, nothing is left to be shifted.
TEST(BandedTest, NullsOfACopyOfTheNuisanceAreTheScores) {
  AlignmentInputs inputs =
      SimulateRecording({.words = 300, .sensors = 5, .times = 3, .layers = 2, .dims = 4});
  inputs.nuisance = inputs.layers.front().activations;
  AlignmentOptions options = ToBrain();
  options.nuisance = ColumnNames(4);
  options.uncertainty.nulls = 2;
  const AlignmentResult result = Align(inputs, options, 2);
  ASSERT_EQ(result.null_scores.size(), 2 * result.score.size());
  for (int null = 0; null < 2; ++null) {
    for (std::size_t t = 0; t < 3; ++t) {
      EXPECT_NEAR(result.null_scores[6 * null + t], result.score[t], 1e-5);
      // The other layer is shifted.
      EXPECT_GT(std::abs(result.null_scores[6 * null + 3 + t] - result.score[3 + t]), 1e-4);
    }
  }
}

// Nulls of earlier numerics are kept by a server, and p values of them are told with a caution.
TEST(BandedTest, NullsOfEarlierNumericsHaveACaution) {
  AlignmentOptions options = ToBrain();
  options.nuisance = ColumnNames(2);
  options.uncertainty.nulls = 1;
  AlignmentResult result = Align(WithBands(SimulateRecording({})), options);
  ReadOffUncertainty(result);
  const auto has_caution = [&](const std::string& numerics) {
    result.numerics_version = numerics;
    const auto found = NotCalibrated(result);
    return std::any_of(found.begin(), found.end(),
                       [](const auto& caution) { return caution.first == "p_of_bands_too_small"; });
  };
  EXPECT_FALSE(has_caution(result.numerics_version));
  EXPECT_TRUE(has_caution("15+double"));
  EXPECT_TRUE(has_caution("14"));
  EXPECT_FALSE(has_caution("16"));
}

TEST(BandedTest, NullsThatKeepChosenPenaltiesHaveACaution) {
  const AlignmentInputs inputs = WithBands(SimulateRecording({}));
  const auto has_caution = [&](const AlignmentOptions& options) {
    AlignmentResult result = Align(inputs, options);
    ReadOffUncertainty(result);
    const auto found = NotCalibrated(result);
    return std::any_of(found.begin(), found.end(), [](const auto& caution) {
      return caution.first == "banded_nulls_conservative";
    });
  };
  AlignmentOptions options = ToBrain();
  options.nuisance = ColumnNames(2);
  options.alphas = {1, 100};
  EXPECT_FALSE(has_caution(options));  // there are no nulls
  options.uncertainty.nulls = 1;
  EXPECT_TRUE(has_caution(options));
  AlignmentOptions fixed = options;
  fixed.alphas = {100};
  fixed.selection = Selection::kFixed;
  EXPECT_FALSE(has_caution(fixed));
  options.nuisance.clear();
  EXPECT_FALSE(has_caution(options));
}

TEST(BandedTest, RefusesWhatHasNoMeaning) {
  AlignmentInputs inputs = WithBands(SimulateRecording({}));
  AlignmentOptions options = ToBrain();
  options.nuisance = ColumnNames(2);
  const auto refused = [&](const std::string& field) {
    std::vector<FieldProblem> problems;
    EXPECT_FALSE(Alignment::Create(inputs, options, &problems).ok());
    for (const FieldProblem& problem : problems) {
      if (problem.field == field) return problem.description;
    }
    return std::string();
  };
  options.metric = Metric::kCka;
  EXPECT_THAT(refused("nuisance"), HasSubstr("metric is cka"));
  options.metric = Metric::kPearson;
  options.uncertainty.draws = 20;
  EXPECT_THAT(refused("options.draws"), HasSubstr("direction model_to_brain"));
  options.uncertainty.draws = 0;
  // Beside standardised nuisance, units of 1e18 would not be resolved.
  const Tensor activations = inputs.layers[1].activations;
  std::vector<double> huge = activations.ToDoubles();
  for (double& value : huge) value *= 1e18;
  inputs.layers[1].activations = TensorOfDoubles(activations.spec().shape, huge);
  EXPECT_THAT(refused("layers[1].activations"), HasSubstr("together with nuisance"));
  inputs.layers[1].activations = activations;
  std::vector<double> values = inputs.nuisance.ToDoubles();
  for (std::size_t i = 0; i < values.size(); i += 2) values[i] = 4.5;
  inputs.nuisance = TensorOfDoubles(inputs.nuisance.spec().shape, values);
  EXPECT_THAT(refused("nuisance"), HasSubstr("column column 0 is 4.5 for all"));
}

}  // namespace
}  // namespace brainalign
