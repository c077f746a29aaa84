// Words that vary little beside their distance from other words: a session in another unit, or
// after a step of all sensors.
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/tensor_of_type.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

using ::testing::HasSubstr;

constexpr int kSessionsOfFar = 5;
constexpr int kColumns = 6;

// Both sides are the same variables with noise. One time sample and one layer.
struct FarWords {
  explicit FarWords(int word_count) : words(word_count) {
    ReproducibleRandom random(11);
    for (int i = 0; i < words * kColumns; ++i) {
      const double shared = random.Normal();
      sensors.push_back(100 * (shared + random.Normal()));
      activations.push_back(shared + random.Normal());
    }
    for (int word = 0; word < words; ++word) sessions.push_back(SessionOf(word));
  }

  int SessionOf(int word) const { return word * kSessionsOfFar / words; }

  absl::StatusOr<AlignmentResult> Align(AlignmentOptions options) const {
    AlignmentInputs inputs;
    inputs.brain.epochs = TensorOfType(DType::kF64, {words, kColumns, 1}, sensors);
    inputs.brain.times_seconds = {0.2};
    inputs.brain.groups = sessions;
    inputs.layers.push_back(
        {TensorOfType(DType::kF64, {words, kColumns}, activations), 1, "layer"});
    const auto alignment = Alignment::Create(inputs, options, nullptr);
    if (!alignment.ok()) return alignment.status();
    const CancelFlag cancel{false};
    return RunAlignment(**alignment, 2, cancel, nullptr);
  }

  // The last session in a unit that is `ratio` of the other sessions'.
  void ChangeUnit(std::vector<double>& columns, double ratio) const {
    for (int i = 0; i < words * kColumns; ++i) {
      if (SessionOf(i / kColumns) == kSessionsOfFar - 1) {
        columns[static_cast<std::size_t>(i)] *= ratio;
      }
    }
  }

  int words;
  std::vector<double> sensors;
  std::vector<double> activations;
  std::vector<std::int64_t> sessions;
};

// The fold that tests the session is trained on the others, and r has no unit.
TEST(FarWordsTest, ATestSessionInAnotherUnitHasTheScoreOfItsOwnUnit) {
  for (const int words : {500, 2200}) {  // in float64, and in single precision
    for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
      AlignmentOptions options;
      options.direction = direction;
      const auto right = FarWords(words).Align(options);
      ASSERT_TRUE(right.ok()) << right.status();
      EXPECT_GT(right->score_per_fold.back(), 0.3);
      for (const double ratio : {1e-6, 1e-7, 1e-8, 1e-9}) {
        FarWords far(words);
        far.ChangeUnit(direction == Direction::kBrainToModel ? far.sensors : far.activations,
                       ratio);
        const auto result = far.Align(options);
        ASSERT_TRUE(result.ok()) << result.status();
        EXPECT_NEAR(result->score_per_fold.back(), right->score_per_fold.back(), 1e-6)
            << words << " words, " << ratio;
      }
    }
  }
}

TEST(FarWordsTest, WhatFloat64LosesIsRefused) {
  for (const int words : {500, 2200}) {
    FarWords far(words);
    far.ChangeUnit(far.sensors, 1e-15);
    const absl::Status status = far.Align({}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("the recording's test words of fold 5 of 5 vary by"));
  }
}

TEST(FarWordsTest, TrainingWordsFarFromTheOthersAreRefused) {
  FarWords far(400);
  for (int i = 0; i < far.words * kColumns; ++i) {
    const int session = i / kColumns < 200 ? 0 : 1;
    far.sensors[static_cast<std::size_t>(i)] += 1e9 * session;
    far.sessions[static_cast<std::size_t>(i / kColumns)] = session;
  }
  AlignmentOptions options;
  options.folds = 2;
  const absl::Status status = far.Align(options).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("training words of fold 1 of 2"));
}

// All sensors were off in one session: there is nothing to predict with, and nothing is lost.
TEST(FarWordsTest, AFlatTestSessionScoresNothing) {
  for (const int words : {500, 2200}) {
    FarWords flat(words);
    flat.ChangeUnit(flat.sensors, 0);
    const auto result = flat.Align({});
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->score_per_fold.back(), 0);
    EXPECT_GT(result->score_per_fold.front(), 0.3);
  }
}

}  // namespace
}  // namespace brainalign
