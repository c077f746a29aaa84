#include "client/rigour/neighbours.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Tensor FloatTensor(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(float));
  std::copy_n(reinterpret_cast<const std::byte*>(values.data()), bytes.size(), bytes.begin());
  return Tensor::FromBytes({DType::kF32, std::move(shape), Order::kC}, std::move(bytes)).value();
}

// Six words of two dimensions in two sessions.
AlignmentInputs SixWords() {
  AlignmentInputs inputs;
  inputs.brain.continuous = FloatTensor({1, 2}, {0, 0});
  inputs.brain.onsets_seconds = {0, 1, 2, 10, 11, 12};
  inputs.brain.sessions = {3, 3, 3, 5, 5, 5};
  inputs.brain.times_seconds = {0, 0.1};
  inputs.layers.resize(2);
  inputs.layers[1].name = "second";
  inputs.layers[1].activations = FloatTensor({6, 2}, {1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60});
  return inputs;
}

TEST(WithNeighboursTest, TakesTheWordsBeforeAndAfterInTheSession) {
  const absl::StatusOr<AlignmentInputs> with = WithNeighbours(SixWords(), 1);
  ASSERT_TRUE(with.ok()) << with.status();
  ASSERT_EQ(with->layers.size(), 1u);
  EXPECT_EQ(with->layers[0].name, "second");
  EXPECT_THAT(with->brain.times_seconds, ElementsAre(-1, 1));
  EXPECT_THAT(with->brain.epochs.spec().shape, ElementsAre(6, 2, 2));
  // Of each word and dimension, the value before and after; the mean at the ends of a session.
  EXPECT_THAT(with->brain.epochs.ToDoubles(),
              ElementsAre(3.5, 2, 35, 20, 1, 3, 10, 30, 2, 3.5, 20, 35,  //
                          3.5, 5, 35, 50, 4, 6, 40, 60, 5, 3.5, 50, 35));
}

// Each dimension is in a unit that float32 holds, in which the largest number is between 1 and 2.
TEST(WithNeighboursTest, TakesAnyUnit) {
  AlignmentInputs inputs = SixWords();
  std::vector<double> numbers = inputs.layers[1].activations.ToDoubles();
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] *= i % 2 == 0 ? 0x1p500 : 0x1p-500;
  std::vector<std::byte> bytes(numbers.size() * sizeof(double));
  std::copy_n(reinterpret_cast<const std::byte*>(numbers.data()), bytes.size(), bytes.begin());
  inputs.layers[1].activations =
      Tensor::FromBytes({DType::kF64, {6, 2}, Order::kC}, std::move(bytes)).value();
  const absl::StatusOr<AlignmentInputs> with = WithNeighbours(inputs, 1);
  ASSERT_TRUE(with.ok()) << with.status();
  const std::vector<double> values = with->brain.epochs.ToDoubles();
  EXPECT_EQ(values[1], 2.0 / 4);
  EXPECT_EQ(values[3], 20.0 / 32);
}

TEST(WithNeighboursTest, NeighboursAreAmongTheWordsThatAreUsed) {
  AlignmentInputs inputs = SixWords();
  inputs.brain.selected = {0, 2, 4, 5};
  const absl::StatusOr<AlignmentInputs> with = WithNeighbours(inputs, 1);
  ASSERT_TRUE(with.ok()) << with.status();
  const std::vector<double> values = with->brain.epochs.ToDoubles();
  EXPECT_EQ(values[1], 3);         // after word 0 comes word 2
  EXPECT_EQ(values[2 * 4], 1);     // and before word 2 word 0
  EXPECT_EQ(values[4 * 4], 3.75);  // word 4 is the first of its session
  EXPECT_EQ(values[5 * 4], 5);
}

TEST(WithNeighboursTest, NeedsTheActivations) {
  AlignmentInputs inputs = SixWords();
  inputs.layers.clear();
  EXPECT_THAT(std::string(WithNeighbours(inputs, 0).status().message()),
              HasSubstr("at the server"));
}

TEST(BestLayerTest, HasTheLargestScore) {
  AlignmentResult result;
  result.times = 2;
  result.score = {0.1, 0.2, 0.4, 0.1};
  EXPECT_EQ(BestLayer(result), 1);
  EXPECT_EQ(BestLayer(AlignmentResult()), 0);
}

TEST(OptionsOfNeighboursTest, KeepFoldsAndPenalties) {
  AlignmentOptions strict;
  strict.direction = Direction::kModelToBrain;
  strict.pca = 7;
  strict.uncertainty.nulls = 9;
  strict.arrays = {"per_sensor"};
  AlignmentOptions options = OptionsOfNeighbours(strict);
  EXPECT_EQ(options.direction, Direction::kBrainToModel);
  EXPECT_EQ(options.pca, 7);
  EXPECT_EQ(options.uncertainty.nulls, 0);
  EXPECT_TRUE(options.arrays.empty());
  AlignmentSpec spec;
  spec.purge_seconds = 2.5;
  spec.fold_by = FoldBy::kGroup;
  KeepFolds(spec, options);
  EXPECT_EQ(options.purge_seconds, 2.5);
  EXPECT_EQ(options.fold_by, FoldBy::kGroup);
}

}  // namespace
}  // namespace brainalign
