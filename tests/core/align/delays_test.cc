// Features of earlier rows: an alignment with delays is that of features that are written out.
#include "core/problem/delays.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/columns/delayed_features.h"
#include "core/problem/nuisance.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/golden_case.h"
#include "tests/core/align/simulated_inputs.h"
#include "tests/core/align/tensor_of_type.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// (rows, columns) of nested lists.
Tensor TensorOfLists(const nlohmann::json& rows) {
  std::vector<double> values;
  for (const nlohmann::json& row : rows) {
    for (const nlohmann::json& value : row) values.push_back(value.get<double>());
  }
  const auto count = static_cast<std::int64_t>(rows.size());
  return TensorOfDoubles({count, static_cast<std::int64_t>(rows.at(0).size())}, values);
}

// Three stories, with and without a selection of rows.
TEST(DelaysTest, AgreeWithNumpyAndScikitLearn) {
  const nlohmann::json golden = ReadGolden("delays/rows.json");
  AlignmentInputs inputs;
  const Tensor brain = TensorOfLists(golden.at("brain"));
  inputs.brain.epochs = TensorOfDoubles({brain.dim(0), brain.dim(1), 1}, brain.ToDoubles());
  inputs.brain.times_seconds = {0};
  inputs.brain.sessions = golden.at("sessions").get<std::vector<std::int64_t>>();
  inputs.layers = {{TensorOfLists(golden.at("activations")), 0.5, "layer.0"}};
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  options.direction = Direction::kModelToBrain;
  options.selection = Selection::kFixed;
  options.alphas = {golden.at("alpha").get<double>()};
  options.arrays = {"per_sensor"};
  ExpectNear(Align(inputs, options).score_per_sensor, golden.at("score_without_delays"), 1e-9,
             "score without delays");
  options.delays = golden.at("delays").get<std::vector<int>>();
  for (const std::string of : {"", "_of_used"}) {
    AlignmentInputs now = inputs;
    if (!of.empty()) now.brain.selected = golden.at("used").get<std::vector<std::int64_t>>();
    const AlignmentResult result = Align(now, options);
    ExpectNear(result.score_per_sensor, golden.at("score_per_sensor" + of), 1e-9,
               "score_per_sensor" + of);
    EXPECT_EQ(result.spec.delays, options.delays);
    std::vector<FieldProblem> problems;
    DelayLayers(options.delays, now, problems);
    ASSERT_THAT(problems, IsEmpty());
    const CancelFlag cancel{false};
    const auto mean = MeanOfUsedRows(now.layers[0], cancel);
    ASSERT_TRUE(mean.ok()) << mean.status();
    std::vector<double> features(static_cast<std::size_t>(12 * 80));
    for (std::int64_t row = 0; row < 80; ++row) {
      ReadDelayed(now.layers[0], *mean, row, 0, 12, features.data() + 12 * row);
    }
    ExpectNear(features, golden.at("delayed" + of), 1e-12, "delayed" + of);
  }
}

// Rows of an experiment whose sessions begin at `starts`.
std::vector<std::int64_t> SessionsFrom(std::int64_t rows, const std::vector<std::int64_t>& starts) {
  std::vector<std::int64_t> sessions(static_cast<std::size_t>(rows), 0);
  for (const std::int64_t start : starts) {
    for (std::int64_t row = start; row < rows; ++row) ++sessions[static_cast<std::size_t>(row)];
  }
  return sessions;
}

// Epochs of one time of four sensors, which follow the activations two rows before.
AlignmentInputs RowsOfScans(std::int64_t rows, DType dtype) {
  AlignmentInputs inputs;
  constexpr std::int64_t kDims = 5;
  std::vector<std::vector<double>> layers(2);
  std::uint64_t state = 7;
  const auto noise = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<double>(state >> 33) / 0x1p30 - 1;
  };
  for (std::vector<double>& layer : layers) {
    for (std::int64_t i = 0; i < rows * kDims; ++i) layer.push_back(std::round(40 * noise()) / 8);
  }
  std::vector<double> brain;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (int sensor = 0; sensor < 4; ++sensor) {
      const auto at = static_cast<std::size_t>(std::max<std::int64_t>(0, row - 2) * kDims + sensor);
      brain.push_back(layers[0][at] - 0.5 * layers[1][at] + 4 * noise());
    }
  }
  inputs.brain.epochs = TensorOfDoubles({rows, 4, 1}, brain);
  inputs.brain.times_seconds = {0};
  for (std::int64_t row = 0; row < rows; ++row) inputs.brain.onsets_seconds.push_back(2.0 * row);
  inputs.brain.sessions =
      SessionsFrom(rows, {rows / 4, rows / 4 + 3, rows / 2});  // one of three rows
  for (std::size_t l = 0; l < layers.size(); ++l) {
    inputs.layers.push_back(
        {TensorOfType(dtype, {rows, kDims}, layers[l]), 0.5 * static_cast<double>(l + 1), "layer"});
  }
  return inputs;
}

// The same with the features of earlier rows written out, as a user would do it.
AlignmentInputs ByHand(AlignmentInputs inputs, const std::vector<int>& delays) {
  const BrainInput& brain = inputs.brain;
  const auto rows = static_cast<std::size_t>(brain.words());
  std::vector<bool> is_used(rows, !brain.selected.has_value());
  if (brain.selected) {
    for (const std::int64_t row : *brain.selected) is_used[static_cast<std::size_t>(row)] = true;
  }
  for (LayerInput& layer : inputs.layers) {
    const bool is_double = layer.activations.dtype() == DType::kF64;
    const auto dims = static_cast<std::size_t>(layer.activations.dim(1));
    const std::vector<double> given = layer.activations.ToDoubles();
    std::vector<double> mean(dims, 0.0);
    double count = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      if (!is_used[row]) continue;
      ++count;
      for (std::size_t d = 0; d < dims; ++d) mean[d] += given[row * dims + d];
    }
    std::vector<double> values;
    for (std::size_t row = 0; row < rows; ++row) {
      for (const int delay : delays) {
        const auto back = static_cast<std::size_t>(delay);
        const bool is_there = row >= back && brain.sessions[row - back] == brain.sessions[row];
        for (std::size_t d = 0; d < dims; ++d) {
          values.push_back(is_there ? given[(row - back) * dims + d] : mean[d] / count);
        }
      }
    }
    layer.activations = TensorOfType(
        is_double ? DType::kF64 : DType::kF32,
        {static_cast<std::int64_t>(rows), static_cast<std::int64_t>(dims * delays.size())}, values);
  }
  return inputs;
}

void ExpectSameAsWritten(const AlignmentResult& delayed, const AlignmentResult& written) {
  EXPECT_FALSE(written.score_per_fold.empty());
  EXPECT_EQ(delayed.score_per_fold, written.score_per_fold);
  EXPECT_EQ(delayed.alpha_counts, written.alpha_counts);
  EXPECT_EQ(delayed.score_per_sensor, written.score_per_sensor);
  EXPECT_EQ(delayed.null_scores, written.null_scores);
  EXPECT_EQ(delayed.score_of_band, written.score_of_band);
  EXPECT_EQ(delayed.product_measure, written.product_measure);
  EXPECT_EQ(delayed.autocorrelation_lag_1, written.autocorrelation_lag_1);
  EXPECT_EQ(delayed.self_check.cells, written.self_check.cells);
  EXPECT_EQ(delayed.self_check.largest_difference, written.self_check.largest_difference);
}

const std::vector<int> kTheDelays = {0, 2, 3};  // the last reaches beyond the session of three rows

void ExpectWrittenOut(const AlignmentInputs& inputs, AlignmentOptions options) {
  options.direction = Direction::kModelToBrain;
  if (!IsSimilarity(options.metric)) options.arrays = {"per_sensor"};
  const AlignmentResult written = Align(ByHand(inputs, kTheDelays), options);
  options.delays = kTheDelays;
  ExpectSameAsWritten(Align(inputs, options, 2), written);
}

std::map<std::string, AlignmentOptions> KindsOfJobs() {
  std::map<std::string, AlignmentOptions> kinds;
  kinds["strict"] = {};
  kinds["paper"].preset = Preset::kPaper;
  kinds["components"].pca = 6;
  kinds["components of all rows"].pca = 6;
  kinds["components of all rows"].pca_words = FitWords::kAll;
  kinds["nulls"].uncertainty.nulls = 9;
  kinds["nulls"].pca = 6;
  kinds["detrended"].uncertainty.detrend = 2;
  kinds["double"].precision = Precision::kDouble;
  kinds["fast"].precision = Precision::kFast;
  for (const Metric metric : {Metric::kCca, Metric::kCkaDebiased, Metric::kRsa}) {
    kinds[Name(metric)].metric = metric;
  }
  return kinds;
}

TEST(DelaysTest, AreTheSameBitsAsFeaturesThatAreWrittenOut) {
  const AlignmentInputs inputs = RowsOfScans(160, DType::kF64);
  for (const auto& [name, options] : KindsOfJobs()) {
    SCOPED_TRACE(name);
    ExpectWrittenOut(inputs, options);
  }
}

// Above 2,048 rows numbers are held in float32, and bf16 has routes of its own.
TEST(DelaysTest, AreTheSameBitsInSinglePrecisionOfEveryType) {
  AlignmentOptions options;
  options.selection = Selection::kGcv;
  for (const DType dtype : {DType::kF16, DType::kBF16, DType::kF32, DType::kF64}) {
    SCOPED_TRACE(DTypeName(dtype));
    const AlignmentInputs inputs = RowsOfScans(2100, dtype);
    ExpectWrittenOut(inputs, options);
    AlignmentOptions components = options;
    components.pca = 6;
    ExpectWrittenOut(inputs, components);
  }
}

TEST(DelaysTest, AreOfAllRowsThatAreGivenAndTheMeanIsOfThoseThatAreUsed) {
  AlignmentInputs inputs = RowsOfScans(200, DType::kF32);
  inputs.brain.selected.emplace();
  for (std::int64_t row = 0; row < 200; ++row) {
    if (row % 3 != 1 && row % 7 != 2) inputs.brain.selected->push_back(row);
  }
  ExpectWrittenOut(inputs, {});
}

TEST(DelaysTest, StandBesideNuisanceWithoutDelays) {
  AlignmentInputs inputs = RowsOfScans(160, DType::kF32);
  std::vector<double> nuisance;
  for (int row = 0; row < 160; ++row) nuisance.push_back(std::sin(0.3 * row) + 0.01 * row);
  inputs.nuisance = TensorOfDoubles({160, 1}, nuisance);
  AlignmentOptions options;
  options.nuisance = {"length"};
  options.uncertainty.nulls = 3;
  ExpectWrittenOut(inputs, options);
}

TEST(DelaysTest, GoOnInDouble) {
  const AlignmentInputs inputs = RowsOfScans(2100, DType::kF16);
  AlignmentOptions options;
  options.selection = Selection::kGcv;
  options.direction = Direction::kModelToBrain;
  options.delays = kTheDelays;
  auto single = Alignment::Create(inputs, options, nullptr);
  ASSERT_TRUE(single.ok()) << single.status();
  PrepareAll(**single);
  const auto alignment = (*single)->InDouble("for this test");
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  const auto result = RunAlignment(**alignment, 1, cancel, nullptr);
  ASSERT_TRUE(result.ok()) << result.status();
  options.precision = Precision::kDouble;
  EXPECT_EQ(result->score_per_fold, Align(inputs, options).score_per_fold);
}

// Five rows in two sessions, in any order, with a layer of one dimension.
AlignmentInputs FiveRows(const std::vector<std::int64_t>& sessions) {
  AlignmentInputs inputs;
  inputs.brain.epochs = TensorOfFloats({5, 1, 1}, {1, 5, 2, 4, 3});
  inputs.brain.times_seconds = {0};
  inputs.brain.sessions = sessions;
  inputs.layers = {{TensorOfFloats({5, 1}, {1, 2, 3, 4, 5}), 1, "layer.0"}};
  return inputs;
}

std::vector<double> DelayedFeaturesOf(AlignmentInputs inputs, const std::vector<int>& delays) {
  std::vector<FieldProblem> problems;
  DelayLayers(delays, inputs, problems);
  EXPECT_THAT(problems, IsEmpty());
  const LayerInput& layer = inputs.layers[0];
  const CancelFlag cancel{false};
  const auto mean = MeanOfUsedRows(layer, cancel);
  EXPECT_TRUE(mean.ok()) << mean.status();
  std::vector<double> features(static_cast<std::size_t>(5 * layer.features()));
  for (std::int64_t i = 0; i < std::ssize(features); ++i) {  // one by one
    ReadDelayed(layer, *mean, i / layer.features(), i % layer.features(), 1,
                &features[static_cast<std::size_t>(i)]);
  }
  return features;
}

TEST(DelaysTest, StayInsideSessionsThatAlternate) {
  EXPECT_THAT(DelayedFeaturesOf(FiveRows({1, 2, 1, 2, 1}), {1, 2}),
              ElementsAre(3, 3, 3, 3, 1, 3, 2, 3, 3, 1));
}

TEST(DelaysTest, HaveAMeanOfNumbersWhoseSumOverflows) {
  AlignmentInputs inputs = FiveRows({1, 1, 1, 1, 1});
  inputs.layers[0].activations = TensorOfDoubles({5, 1}, {1e308, 1e308, 1e308, 1e308, 1e308});
  EXPECT_THAT(DelayedFeaturesOf(inputs, {4}), ElementsAre(1e308, 1e308, 1e308, 1e308, 1e308));
}

std::string RefusalOfDelays(const AlignmentInputs& inputs, const std::vector<int>& delays,
                            Direction direction = Direction::kModelToBrain) {
  AlignmentOptions options;
  options.direction = direction;
  options.folds = 2;
  options.selection = Selection::kFixed;
  options.alphas = {1};
  options.delays = delays;
  std::vector<FieldProblem> problems;
  const auto alignment = Alignment::Create(inputs, options, &problems);
  return std::string(alignment.status().message());
}

TEST(DelaysTest, AreRefusedWhereTheyMakeNoFeatures) {
  const AlignmentInputs inputs = FiveRows({1, 1, 1, 2, 2});
  std::vector<int> many(65);
  for (int i = 0; i < 65; ++i) many[static_cast<std::size_t>(i)] = i;
  for (const std::vector<int>& delays : {std::vector<int>{-1, 0}, {1, 1}, {2, 1}, many}) {
    EXPECT_THAT(RefusalOfDelays(inputs, delays),
                HasSubstr("; it must be 1 to 64 whole numbers of rows from 0 up, ascending"));
  }
  EXPECT_THAT(RefusalOfDelays(inputs, {2, 1}), HasSubstr("options.delays: delays is 2,1; it"));
  EXPECT_THAT(RefusalOfDelays(inputs, {1, 2}, Direction::kBrainToModel),
              HasSubstr("options.delays: delays is 1,2 with direction brain_to_model"));
  EXPECT_EQ(RefusalOfDelays(inputs, {0, 2}), "");
  EXPECT_THAT(
      RefusalOfDelays(inputs, {0, 3}),
      HasSubstr("options.delays: delays has 3, but no row that is used has more than 2 rows "
                "before it in its session; leave out delays above 2"));
  EXPECT_THAT(RefusalOfDelays(inputs, {1000000000}), HasSubstr("delays has 1000000000"));
  AlignmentInputs few = inputs;
  few.brain.selected = std::vector<std::int64_t>{0, 1, 3, 4};
  EXPECT_THAT(RefusalOfDelays(few, {2}), HasSubstr("has more than 1 rows before it"));
}

// A value that is not finite counts if its row is used, or if a delay reaches it.
TEST(DelaysTest, RefuseValuesThatAreNotFiniteWhereTheyAreRead) {
  AlignmentInputs inputs = FiveRows({1, 1, 1, 1, 1});
  inputs.layers[0].activations = TensorOfFloats({5, 1}, {NAN, 2, 3, 4, 5});
  inputs.brain.selected = std::vector<std::int64_t>{1, 2, 3, 4};
  EXPECT_EQ(RefusalOfDelays(inputs, {}), "");
  EXPECT_EQ(RefusalOfDelays(inputs, {0}), "");
  EXPECT_THAT(
      RefusalOfDelays(inputs, {1}),
      HasSubstr("layers[0].activations: holds NaN or infinity at word 0, dimension 0; every "
                "value of a word that is used, or that a delay reaches, must be finite"));
}

TEST(DelaysTest, AreToldInANote) {
  AlignmentOptions options;
  options.direction = Direction::kModelToBrain;
  options.delays = {1, 4};
  const AlignmentResult result = Align(RowsOfScans(160, DType::kF32), options);
  // Four rows of each session but the one that has three.
  EXPECT_THAT(result.input.notes,
              testing::Contains(HasSubstr("the activations 1, 4 rows before it in its session "
                                          "(delays); 15 of 160 rows lack some of these")));
}

}  // namespace
}  // namespace brainalign
