// Nuisance that is taken out of activations: every case of tests/golden/nuisance, whose expected
// numbers come from scikit-learn, and what a user may get wrong.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/align/not_calibrated.h"
#include "core/align/read_off_uncertainty.h"
#include "core/align/result.h"
#include "core/planning/plan.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/golden_case.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class NuisanceGoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(NuisanceGoldenTest, AgreesWithScikitLearn) {
  const json expected = ReadGolden("nuisance/" + GetParam().name + ".json");
  AlignmentInputs inputs = ReadGoldenInputs(GetParam().inputs);
  AlignmentOptions options = ToOptions(GetParam().options);
  SetNuisance(expected.at("nuisance"), inputs, options);
  options.uncertainty.nulls = GetParam().entry.at("nulls");
  options.uncertainty.seed = GetParam().entry.at("seed").get<std::uint64_t>();
  options.uncertainty.min_shift_words = GetParam().entry.at("min_shift_words").get<int>();
  const AlignmentResult result = Align(inputs, options, /*threads=*/2);
  constexpr double kTolerance = 1e-6;
  ExpectNear(result.score_per_fold, expected.at("score_per_fold"), kTolerance, "score_per_fold");
  ExpectNear(result.nuisance_to_model, expected.at("nuisance_to_model"), kTolerance,
             "nuisance_to_model");
  ExpectNear(result.brain_to_nuisance, expected.at("brain_to_nuisance"), kTolerance,
             "brain_to_nuisance");
  // Else nulls are compared with the scores.
  const bool has_basis = expected.contains("score_for_nulls");
  ExpectNear(result.score_for_nulls, has_basis ? expected.at("score_for_nulls") : json::array(),
             kTolerance, "score_for_nulls");
  ExpectNear(result.null_scores, expected.at("null_scores"), kTolerance, "null_scores");
}

INSTANTIATE_TEST_SUITE_P(Cases, NuisanceGoldenTest,
                         testing::ValuesIn(GoldenCases("nuisance/manifest.json")),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

// Three columns: a dimension of the first layer with noise, the position, and noise.
AlignmentInputs WithNuisance(AlignmentInputs inputs) {
  const std::int64_t words = inputs.layers.front().activations.dim(0);
  const std::int64_t dims = inputs.layers.front().activations.dim(1);
  const std::vector<double> layer = inputs.layers.front().activations.ToDoubles();
  std::vector<double> values;
  for (std::int64_t word = 0; word < words; ++word) {
    const double noise = std::sin(12.9898 * static_cast<double>(word * word % 1013));
    values.push_back(layer[static_cast<std::size_t>(word * dims)] + noise);
    values.push_back(static_cast<double>(word));
    values.push_back(std::cos(7.1 * static_cast<double>(word * word % 977)));
  }
  inputs.nuisance = TensorOfDoubles({words, 3}, values);
  return inputs;
}

AlignmentOptions ThreeColumns() {
  AlignmentOptions options;
  options.nuisance = ColumnNames(3);
  return options;
}

// Each unit has its planned work, whatever is done with the nuisance and however the columns differ
// between folds.
TEST(NuisanceTest, WorkOfEveryUnitIsPlanned) {
  const AlignmentInputs inputs = WithNuisance(
      SimulateRecording({.words = 90, .sensors = 5, .times = 3, .layers = 2, .dims = 9}));
  for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
    for (const int pca : {0, 4}) {
      for (const int nulls : {0, 3}) {
        AlignmentOptions options = ThreeColumns();
        options.direction = direction;
        options.pca = pca;
        options.uncertainty.nulls = nulls;
        const auto alignment = Alignment::Create(inputs, options, nullptr);
        ASSERT_TRUE(alignment.ok()) << alignment.status();
        const std::vector<Unit>& units = (*alignment)->units();
        for (const UnitKind kind : kUnitKinds) {
          const auto count = std::count_if(units.begin(), units.end(),
                                           [&](const Unit& unit) { return unit.kind == kind; });
          EXPECT_EQ((*alignment)->plan().works(kind).size(), static_cast<std::size_t>(count))
              << Name(direction) << ", pca " << pca << ", nulls " << nulls;
        }
      }
    }
  }
}

// Many words are held in single precision.
TEST(NuisanceTest, ManyWordsInSinglePrecisionAgreeWithDouble) {
  const AlignmentInputs inputs = WithNuisance(
      SimulateRecording({.words = 2500, .sensors = 12, .times = 3, .layers = 2, .dims = 9}));
  for (const int pca : {0, 4}) {
    for (const Preset preset : {Preset::kStrict, Preset::kPaper}) {
      AlignmentOptions options = ThreeColumns();
      options.preset = preset;
      options.pca = pca;
      const AlignmentResult single = Align(inputs, options, 2);
      EXPECT_FALSE(single.spec.in_double) << pca;
      EXPECT_GT(single.self_check.cells, 0);
      options.precision = Precision::kDouble;
      const AlignmentResult exact = Align(inputs, options);
      for (std::size_t i = 0; i < exact.score_per_fold.size(); ++i) {
        EXPECT_NEAR(single.score_per_fold[i], exact.score_per_fold[i], 1e-5) << i;
      }
      for (std::size_t i = 0; i < exact.brain_to_nuisance.size(); ++i) {
        EXPECT_NEAR(single.brain_to_nuisance[i], exact.brain_to_nuisance[i], 1e-5) << i;
      }
      for (std::size_t i = 0; i < exact.nuisance_to_model.size(); ++i) {
        EXPECT_NEAR(single.nuisance_to_model[i], exact.nuisance_to_model[i], 1e-5) << i;
      }
    }
  }
}

// Nothing is left of a dimension that is a column of nuisance, in single precision either.
TEST(NuisanceTest, ADimensionThatIsNuisanceScoresNothing) {
  for (const int words : {300, 2500}) {
    AlignmentInputs inputs = WithNuisance(
        SimulateRecording({.words = words, .sensors = 12, .times = 3, .layers = 2, .dims = 5}));
    const std::vector<double> layer = inputs.layers.front().activations.ToDoubles();
    std::vector<double> column;
    for (int word = 0; word < words; ++word) {
      column.push_back(1e6 * layer[static_cast<std::size_t>(word) * 5 + 2] - 3e7);
    }
    inputs.nuisance = TensorOfDoubles({words, 1}, column);
    AlignmentOptions options;
    options.nuisance = {"copy"};
    options.arrays = {"per_target"};
    const AlignmentResult result = Align(inputs, options);
    for (int time = 0; time < 3; ++time) {
      EXPECT_EQ(result.score_per_target[static_cast<std::size_t>(time * 5 + 2)], 0.0);
      EXPECT_GT(std::abs(result.score_per_target[static_cast<std::size_t>(time * 5 + 1)]), 1e-6);
    }
    EXPECT_EQ(result.constant_targets, 5 * 3);
  }
}

TEST(NuisanceTest, UnitsOfNuisanceChangeNothing) {
  const AlignmentInputs inputs = WithNuisance(SimulateRecording({}));
  AlignmentInputs other = inputs;
  std::vector<double> values = inputs.nuisance.ToDoubles();
  for (std::size_t i = 0; i < values.size(); i += 3) values[i] = -1e9 * values[i] + 1e10;
  other.nuisance = TensorOfDoubles(inputs.nuisance.spec().shape, values);
  const AlignmentResult first = Align(inputs, ThreeColumns());
  const AlignmentResult second = Align(other, ThreeColumns());
  for (std::size_t i = 0; i < first.score.size(); ++i) {
    EXPECT_NEAR(first.score[i], second.score[i], 1e-9) << i;
  }
}

// Trends are taken out of the nuisance, too.
TEST(NuisanceTest, TrendsOfNuisanceChangeNothingWithDetrend) {
  const AlignmentInputs inputs = WithNuisance(SimulateRecording({.sessions = 1}));
  AlignmentInputs other = inputs;
  std::vector<double> values = inputs.nuisance.ToDoubles();
  const std::vector<double>& onsets = inputs.brain.onsets_seconds;
  const double middle = (onsets.front() + onsets.back()) / 2;
  const double half = (onsets.back() - onsets.front()) / 2;
  for (std::size_t word = 0; word < onsets.size(); ++word) {
    values[word * 3 + 2] += 5 * (onsets[word] - middle) / half;
  }
  other.nuisance = TensorOfDoubles(inputs.nuisance.spec().shape, values);
  AlignmentOptions options = ThreeColumns();
  options.uncertainty.detrend = 1;
  options.fold_by = FoldBy::kContiguous;
  const AlignmentResult first = Align(inputs, options);
  const AlignmentResult second = Align(other, options);
  for (std::size_t i = 0; i < first.score.size(); ++i) {
    EXPECT_NEAR(first.score[i], second.score[i], 1e-8) << i;
  }
}

// Nulls are compared with the scores.
TEST(NuisanceTest, NullsAndDrawsAreThoseOfWhatIsLeft) {
  const AlignmentInputs inputs = WithNuisance(SimulateRecording({.words = 400}));
  AlignmentOptions options = ThreeColumns();
  const AlignmentResult without = Align(inputs, options);
  options.uncertainty.nulls = 9;
  options.uncertainty.draws = 20;
  const AlignmentResult result = Align(inputs, options, 2);
  EXPECT_EQ(result.score_per_fold, without.score_per_fold);
  ASSERT_EQ(result.null_scores.size(), 9 * result.score.size());
  EXPECT_TRUE(result.score_for_nulls.empty());
  double largest = 0;
  for (const double score : result.null_scores) largest = std::max(largest, score);
  EXPECT_LT(largest, *std::max_element(result.score.begin(), result.score.end()));
  EXPECT_FALSE(result.held_out_influence.empty());
}

// In single precision the nuisance is taken out of products, in double precision word by word.
TEST(NuisanceTest, NullsInSinglePrecisionAgreeWithDouble) {
  const AlignmentInputs inputs = WithNuisance(
      SimulateRecording({.words = 2500, .sensors = 12, .times = 3, .layers = 2, .dims = 9}));
  for (const int pca : {0, 4}) {
    AlignmentOptions options = ThreeColumns();
    options.pca = pca;
    options.uncertainty.nulls = 4;
    const AlignmentResult single = Align(inputs, options, 2);
    EXPECT_FALSE(single.spec.in_double) << pca;
    options.precision = Precision::kDouble;
    const AlignmentResult exact = Align(inputs, options);
    ASSERT_EQ(single.null_scores.size(), exact.null_scores.size());
    for (std::size_t i = 0; i < exact.null_scores.size(); ++i) {
      EXPECT_NEAR(single.null_scores[i], exact.null_scores[i], 1e-5) << i;
    }
  }
}

// Tiles of nulls end at 99, 199, ..: so far each null has the same bits however many there are.
TEST(NuisanceTest, FewerNullsAreTheFirstOfMore) {
  const AlignmentInputs inputs = WithNuisance(SimulateRecording({.words = 200}));
  AlignmentOptions options = ThreeColumns();
  options.uncertainty.nulls = 105;
  const AlignmentResult more = Align(inputs, options, 2);
  options.uncertainty.nulls = 99;
  std::vector<double> first = more.null_scores;
  first.resize(99 * more.score.size());
  EXPECT_EQ(Align(inputs, options).null_scores, first);
}

// Nothing is left of a layer that is nuisance, in nulls neither.
TEST(NuisanceTest, NullsOfALayerThatIsNuisanceAreZero) {
  AlignmentInputs inputs = SimulateRecording({.words = 200, .layers = 1, .dims = 5});
  AlignmentOptions options;
  options.nuisance = {"layer"};
  options.uncertainty.nulls = 3;
  options.selection = Selection::kFixed;
  options.alphas = {1e-4};
  const std::vector<double> layer = inputs.layers.front().activations.ToDoubles();
  std::vector<double> column;
  for (std::size_t word = 0; word < 200; ++word) column.push_back(layer[word * 5]);
  inputs.layers.front().activations = TensorOfDoubles({200, 1}, column);
  inputs.nuisance = TensorOfDoubles({200, 1}, column);
  const AlignmentResult result = Align(inputs, options);
  for (const double score : result.null_scores) EXPECT_EQ(score, 0.0);
}

TEST(NuisanceTest, NullsOfEarlierNumericsHaveACaution) {
  AlignmentOptions options = ThreeColumns();
  options.uncertainty.nulls = 1;
  AlignmentResult result = Align(WithNuisance(SimulateRecording({})), options);
  ReadOffUncertainty(result);
  const auto has_caution = [&](const std::string& numerics) {
    result.numerics_version = numerics;
    const auto found = NotCalibrated(result);
    return std::any_of(found.begin(), found.end(), [](const auto& caution) {
      return caution.first == "p_beside_nuisance_too_large";
    });
  };
  EXPECT_FALSE(has_caution(result.numerics_version));
  EXPECT_TRUE(has_caution("17+double"));
  EXPECT_FALSE(has_caution("18"));
}

class WrongNuisanceTest : public testing::Test {
 protected:
  // The message of the problem with the nuisance.
  std::string Refused() const {
    std::vector<FieldProblem> problems;
    const auto alignment = Alignment::Create(inputs_, options_, &problems);
    EXPECT_FALSE(alignment.ok());
    for (const FieldProblem& problem : problems) {
      if (problem.field == "nuisance") return problem.description;
    }
    return "";
  }
  void Set(std::size_t word, std::size_t column, double value) {
    std::vector<double> values = inputs_.nuisance.ToDoubles();
    values[word * 3 + column] = value;
    inputs_.nuisance = TensorOfDoubles(inputs_.nuisance.spec().shape, values);
  }

  AlignmentInputs inputs_ = WithNuisance(SimulateRecording({}));
  AlignmentOptions options_ = ThreeColumns();
};

TEST_F(WrongNuisanceTest, MissingValue) {
  Set(7, 1, std::numeric_limits<double>::quiet_NaN());
  EXPECT_THAT(Refused(), HasSubstr("column column 1 is missing for word 7"));
}

TEST_F(WrongNuisanceTest, InfiniteValue) {
  Set(9, 2, std::numeric_limits<double>::infinity());
  EXPECT_THAT(Refused(), HasSubstr("column column 2 is infinite for word 9"));
}

TEST_F(WrongNuisanceTest, FillValue) {
  Set(11, 1, 1e20);
  EXPECT_THAT(Refused(), HasSubstr("holds 1e+20 at word 11, column 1, beside"));
}

TEST_F(WrongNuisanceTest, ConstantColumn) {
  for (std::size_t word = 0; word < 200; ++word) Set(word, 0, 4.5);
  EXPECT_THAT(Refused(), HasSubstr("column column 0 is 4.5 for all"));
}

TEST_F(WrongNuisanceTest, OtherNumberOfColumns) {
  options_.nuisance.pop_back();
  EXPECT_THAT(Refused(), HasSubstr("has 2 columns of 200 words by name, but values f64 (200, 3)"));
}

TEST_F(WrongNuisanceTest, MoreColumnsThanTrainingWords) {
  options_.nuisance = ColumnNames(180);
  std::vector<double> values(200 * 180);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::sin(static_cast<double>(i * i % 10007));
  }
  inputs_.nuisance = TensorOfDoubles({200, 180}, values);
  EXPECT_THAT(Refused(), HasSubstr("has 180 columns, but fold 1 trains on"));
}

TEST_F(WrongNuisanceTest, MetricWithoutRegression) {
  options_.metric = Metric::kCka;
  EXPECT_THAT(Refused(), HasSubstr("metric is cka"));
}

}  // namespace
}  // namespace brainalign
