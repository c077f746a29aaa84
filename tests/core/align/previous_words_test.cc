#include "core/align/previous_words.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/golden_case.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Five words in two sessions, with a first layer of two dimensions.
AlignmentInputs FiveWords() {
  AlignmentInputs inputs;
  inputs.brain.continuous = TensorOfFloats({1, 2}, {0, 0});
  inputs.brain.onsets_seconds = {0, 1, 2, 10, 11};
  inputs.brain.sessions = {1, 1, 1, 2, 2};
  inputs.layers.resize(1);
  inputs.layers[0].activations = TensorOfDoubles({5, 2}, {1, 10, 2, 20, 3, 30, 4, 60, 5, 80});
  return inputs;
}

// The means are 3 and 40.
TEST(VectorsOfPreviousWordsTest, AreThoseOfTheWordsBeforeInTheSession) {
  const auto previous = VectorsOfPreviousWords(FiveWords(), 2, /*components=*/2, Tensor());
  ASSERT_TRUE(previous.ok()) << previous.status();
  EXPECT_THAT(previous->names,
              ElementsAre("@previous:1[0]", "@previous:1[1]", "@previous:2[0]", "@previous:2[1]"));
  EXPECT_THAT(previous->values.ToDoubles(), ElementsAre(0, 0, 0, 0,        //
                                                        -2, -30, 0, 0,     //
                                                        -1, -20, -2, -30,  //
                                                        0, 0, 0, 0,        //
                                                        1, 20, 0, 0));
}

// They are in a unit in which the largest number, 80, is between 1 and 2.
TEST(VectorsOfPreviousWordsTest, AreOfAnyUnit) {
  AlignmentInputs inputs = FiveWords();
  std::vector<double> values = inputs.layers[0].activations.ToDoubles();
  for (double& value : values) value *= 0x1p600;
  inputs.layers[0].activations = TensorOfDoubles({5, 2}, values);
  const auto previous = VectorsOfPreviousWords(inputs, 1, /*components=*/2, Tensor());
  ASSERT_TRUE(previous.ok()) << previous.status();
  EXPECT_THAT(previous->values.ToDoubles(), ElementsAre(0, 0, -2.0 / 64, -30.0 / 64, -1.0 / 64,
                                                        -20.0 / 64, 0, 0, 1.0 / 64, 20.0 / 64));
}

TEST(VectorsOfPreviousWordsTest, StandBehindOtherColumns) {
  const Tensor beside = TensorOfDoubles({5, 1}, {7, 8, 9, 6, 5});
  const auto previous = VectorsOfPreviousWords(FiveWords(), 1, /*components=*/2, beside);
  ASSERT_TRUE(previous.ok()) << previous.status();
  EXPECT_EQ(previous->names.size(), 2u);
  EXPECT_THAT(previous->values.ToDoubles(),
              ElementsAre(7, 0, 0, 8, -2, -30, 9, -1, -20, 6, 0, 0, 5, 1, 20));
}

// Of dimensions that are multiples of one factor, the first component is that factor, and there is
// no second one: with more words than dimensions, and with fewer.
TEST(VectorsOfPreviousWordsTest, AreComponentsOfManyDimensions) {
  for (const std::int64_t dims : {3, 8}) {
    AlignmentInputs inputs = FiveWords();
    const std::vector<double> factor = {-2, -1, 0, 1, 2};
    std::vector<double> values;
    double norm = 0;
    for (std::int64_t d = 0; d < dims; ++d) norm += static_cast<double>((d + 1) * (d + 1));
    for (const double value : factor) {
      for (std::int64_t d = 0; d < dims; ++d) values.push_back(value * static_cast<double>(d + 1));
    }
    inputs.layers[0].activations = TensorOfDoubles({5, dims}, values);
    const auto previous = VectorsOfPreviousWords(inputs, 1, /*components=*/2, Tensor());
    ASSERT_TRUE(previous.ok()) << previous.status();
    ASSERT_EQ(previous->names.size(), 1u) << dims;
    const std::vector<double> found = previous->values.ToDoubles();
    const double size = std::sqrt(norm);
    EXPECT_NEAR(std::abs(found[1]), 2 * size, 1e-9);
    EXPECT_NEAR(std::abs(found[2]), size, 1e-9);
    EXPECT_NEAR(found[1], 2 * found[2], 1e-9);
    EXPECT_NEAR(found[0], 0, 1e-9);
    EXPECT_NEAR(std::abs(found[4]), size, 1e-9);
  }
}

TEST(VectorsOfPreviousWordsTest, RefusesWhatHasNoVectors) {
  const auto refused = [](const AlignmentInputs& inputs) {
    return std::string(VectorsOfPreviousWords(inputs, 1, 2, Tensor()).status().message());
  };
  AlignmentInputs inputs = FiveWords();
  inputs.layers.clear();
  EXPECT_THAT(refused(inputs), HasSubstr("needs the recording and the activations"));
  inputs = FiveWords();
  inputs.layers[0].activations = TensorOfDoubles({5, 1}, {4, 4, 4, 4, 4});
  EXPECT_THAT(refused(inputs), HasSubstr("no activations of the first layer that vary"));
  inputs.layers[0].activations = TensorOfDoubles({4, 1}, {1, 2, 3, 4});
  EXPECT_THAT(refused(inputs), HasSubstr("has activations f64 (4, 1) of 5 words"));
  inputs.layers[0].activations = TensorOfDoubles({5, 1}, {1, 2, 3, 4, NAN});
  EXPECT_THAT(refused(inputs), HasSubstr("not finite"));
}

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
TEST(DelayedLayersTest, AgreeWithNumpyAndTheirScoresWithScikitLearn) {
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
  for (const std::string of : {"", "_of_used"}) {
    AlignmentInputs now = inputs;
    if (!of.empty()) now.brain.selected = golden.at("used").get<std::vector<std::int64_t>>();
    const auto delayed = DelayedLayers(now, golden.at("delays").get<std::vector<int>>());
    ASSERT_TRUE(delayed.ok()) << delayed.status();
    ASSERT_EQ(delayed->size(), 1U);
    EXPECT_EQ(delayed->front().name, "layer.0@delays:0,2,5,12");
    EXPECT_EQ(delayed->front().relative_depth, 0.5);
    ExpectNear(delayed->front().activations.ToDoubles(), golden.at("delayed" + of), 1e-12,
               "delayed" + of);
    now.layers = *delayed;
    ExpectNear(Align(now, options).score_per_sensor, golden.at("score_per_sensor" + of), 1e-9,
               "score_per_sensor" + of);
  }
}

// Rows of stories that alternate, in float32.
TEST(DelayedLayersTest, StayInsideSessionsThatAlternate) {
  AlignmentInputs inputs = FiveWords();
  inputs.brain.sessions = {1, 2, 1, 2, 1};
  inputs.layers[0].activations = TensorOfFloats({5, 1}, {1, 2, 3, 4, 5});
  const auto delayed = DelayedLayers(inputs, {1, 2});
  ASSERT_TRUE(delayed.ok()) << delayed.status();
  EXPECT_EQ(delayed->front().activations.dtype(), DType::kF32);
  EXPECT_THAT(delayed->front().activations.ToDoubles(), ElementsAre(3, 3, 3, 3, 1, 3, 2, 3, 3, 1));
}

TEST(DelayedLayersTest, RefuseDelaysThatMakeNoFeatures) {
  const auto refused = [](const AlignmentInputs& inputs, const std::vector<int>& delays) {
    return std::string(DelayedLayers(inputs, delays).status().message());
  };
  const AlignmentInputs inputs = FiveWords();
  std::vector<int> many(65);
  for (int i = 0; i < 65; ++i) many[static_cast<std::size_t>(i)] = i;
  for (const std::vector<int>& delays : {std::vector<int>{}, {-1, 0}, {1, 1}, {2, 1}, many}) {
    EXPECT_THAT(refused(inputs, delays),
                HasSubstr("must be 1 to 64 whole numbers of rows from 0 up, ascending"));
  }
  EXPECT_EQ(refused(inputs, {0, 2}), "");
  EXPECT_THAT(refused(inputs, {0, 3}),
              HasSubstr("names 3 rows, but no row that is used has so many"));
  EXPECT_THAT(refused(inputs, {1000000000}), HasSubstr("names 1000000000 rows"));
  AlignmentInputs few = inputs;
  few.brain.selected = std::vector<std::int64_t>{0, 3};
  EXPECT_THAT(refused(few, {1}), HasSubstr("names 1 rows, but no row that is used has so many"));
  AlignmentInputs wrong = inputs;
  wrong.layers.clear();
  EXPECT_THAT(refused(wrong, {1}), HasSubstr("needs the recording and the activations"));
  wrong = inputs;
  wrong.layers[0].activations = TensorOfDoubles({4, 1}, {1, 2, 3, 4});
  EXPECT_THAT(refused(wrong, {1}), HasSubstr("has activations f64 (4, 1) of 5 words"));
  // A row that is not used has a value that is not finite: it counts where it is a predecessor.
  wrong.layers[0] = {TensorOfDoubles({5, 1}, {NAN, 2, 3, 4, 5}), 1, "layer.0"};
  wrong.brain.selected = std::vector<std::int64_t>{1, 2, 4};
  EXPECT_THAT(refused(wrong, {1}), HasSubstr("not finite in layer layer.0, row 0"));
  wrong.brain.selected = std::vector<std::int64_t>{2, 4};
  EXPECT_EQ(refused(wrong, {1}), "");
}

}  // namespace
}  // namespace brainalign
