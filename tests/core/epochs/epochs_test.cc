// Which words of a continuous recording are kept.
#include "core/epochs/epochs.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// One sensor at 10 Hz whose value is the sample's number.
Tensor Samples(int count) {
  std::vector<float> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return TensorOfFloats({1, count}, values);
}

TEST(EpochsTest, OnsetsPastTheEndAreDroppedAsThoseJustBeforeIt) {
  const Epochs epochs =
      Epochs::OfRecording(Samples(100), 10, {-1, 0.1, 5, 9.9, 10, 1e6}, {-0.2, 0, 0.3});
  EXPECT_THAT(epochs.used_words(), ElementsAre(2));
  EXPECT_EQ(epochs.words_outside(), 5);
  EXPECT_EQ(epochs.words_across_sessions(), 0);
}

TEST(EpochsTest, TimesBeyondAnyRecordingDropEveryWord) {
  for (const double far : {1e17, 1e300, std::numeric_limits<double>::max()}) {
    EXPECT_EQ(Epochs::OfRecording(Samples(100), 10, {1, 2}, {0, far}).words_outside(), 2) << far;
    EXPECT_EQ(Epochs::OfRecording(Samples(100), 10, {1, 2}, {-far, 0}).words_outside(), 2) << far;
    EXPECT_EQ(Epochs::OfRecording(Samples(100), 10, {far, -far}, {0}).words_outside(), 2) << far;
  }
}

TEST(EpochsTest, AnEpochThatReachesIntoAnotherSessionIsDropped) {
  // Session 7 has onsets from sample 20 to 40, session 3 from 45 to 60; epochs reach from -2 to 4.
  const std::vector<double> onsets = {2, 3, 4, 4.5, 5, 6};
  const std::vector<std::int64_t> sessions = {7, 7, 7, 3, 3, 3};
  const Epochs epochs = Epochs::OfRecording(Samples(100), 10, onsets, {-0.2, 0, 0.4}, sessions);
  // Word 2 reaches to sample 44, and word 3 from 43 on: both stay short of the other session.
  EXPECT_THAT(epochs.used_words(), ElementsAre(0, 1, 2, 3, 4, 5));
  const Epochs longer = Epochs::OfRecording(Samples(100), 10, onsets, {-0.5, 0, 0.5}, sessions);
  EXPECT_THAT(longer.used_words(), ElementsAre(0, 1, 4, 5));
  EXPECT_EQ(longer.words_across_sessions(), 2);
  EXPECT_THAT(Epochs::OfRecording(Samples(100), 10, onsets, {-0.5, 0, 0.5}).used_words(),
              ElementsAre(0, 1, 2, 3, 4, 5))
      << "one session";
}

TEST(EpochsTest, NoEpochPassesTheStartOfASession) {
  // The second session begins at sample 45; epochs reach from -2 to 4.
  const std::vector<double> onsets = {2, 4, 4.1, 4.4, 4.5, 4.6, 4.7, 6};
  const std::vector<double> times = {-0.2, 0, 0.4};
  const Epochs epochs =
      Epochs::OfRecording(Samples(100), 10, onsets, times, {}, std::nullopt, {0, 45});
  EXPECT_THAT(epochs.used_words(), ElementsAre(0, 1, 6, 7));
  EXPECT_EQ(epochs.words_across_sessions(), 4);
  EXPECT_EQ(epochs.words_outside(), 0);
  // From its onset on: words whose times all lie in the other session.
  EXPECT_THAT(
      Epochs::OfRecording(Samples(100), 10, {4, 6}, {1, 2}, {}, std::nullopt, {0, 45}).used_words(),
      ElementsAre(1));
  EXPECT_THAT(Epochs::OfRecording(Samples(100), 10, {4, 6}, {-2, -1.6}, {}, std::nullopt, {0, 45})
                  .used_words(),
              ElementsAre(0));
  // Only selected words count.
  EXPECT_EQ(Epochs::OfRecording(Samples(100), 10, onsets, times, {},
                                std::vector<std::int64_t>{0, 3}, {0, 45})
                .words_across_sessions(),
            1);
}

TEST(EpochsTest, AWordBelongsToItsSessionWhereRoundingPutsItAcrossTheStart) {
  // Session 8 begins at sample 45. Word 1 of session 5 lies on it, word 2 of session 8 before it.
  const std::vector<double> onsets = {2, 4.5, 4.4, 6};
  const std::vector<std::int64_t> sessions = {5, 5, 8, 8};
  const auto kept = [&](const std::vector<double>& times) {
    return Epochs::OfRecording(Samples(100), 10, onsets, times, sessions, std::nullopt, {0, 45})
        .used_words();
  };
  EXPECT_THAT(kept({0}), ElementsAre(0, 3));
  EXPECT_THAT(kept({0.1}), ElementsAre(0, 3));
}

TEST(EpochsTest, AnEpochMayNotJumpOverASession) {
  // Times from 2 s after onset on: the epoch of word 0 lies beyond the session of word 1.
  const Epochs epochs = Epochs::OfRecording(Samples(100), 10, {1, 2, 8}, {2, 2.5}, {0, 1, 2});
  EXPECT_THAT(epochs.used_words(), ElementsAre(1));
  EXPECT_EQ(epochs.words_across_sessions(), 1);
  EXPECT_EQ(epochs.words_outside(), 1);
}

TEST(EpochsTest, SessionsMayComeInAnyOrderOfTheirWords) {
  const Epochs epochs =
      Epochs::OfRecording(Samples(100), 10, {6, 2, 7, 3, 5.8}, {0, 0.5}, {1, 0, 1, 0, 2});
  EXPECT_THAT(epochs.used_words(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(epochs.words_across_sessions(), 1);
}

}  // namespace
}  // namespace brainalign
