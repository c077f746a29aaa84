#include "core/align/previous_words.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
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

}  // namespace
}  // namespace brainalign
