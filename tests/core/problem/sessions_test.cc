#include "core/problem/sessions.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

BrainInput Continuous(const std::vector<double>& onsets, const std::vector<std::int64_t>& groups) {
  BrainInput brain;
  brain.continuous = TensorOfFloats({1, 100}, std::vector<float>(100));
  brain.sfreq_hz = 1;
  brain.onsets_seconds = onsets;
  brain.groups = groups;
  return brain;
}

BrainInput OfEpochs(const std::vector<double>& onsets, const std::vector<std::int64_t>& groups) {
  BrainInput brain = Continuous(onsets, groups);
  brain.continuous = Tensor();
  brain.epochs = TensorOfFloats({4, 1, 1}, std::vector<float>(4));
  return brain;
}

TEST(SessionsTest, WithoutGroupsThereIsOneSession) {
  EXPECT_THAT(SessionsOf(Continuous({1, 2, 3, 4}, {})).of_word, IsEmpty());
}

TEST(SessionsTest, SessionsThatAreGivenWin) {
  BrainInput brain = Continuous({1, 2, 3, 4}, {0, 1, 0, 1});
  brain.sessions = {5, 5, 6, 6};
  EXPECT_THAT(SessionsOf(brain).of_word, ElementsAre(5, 5, 6, 6));
  EXPECT_FALSE(SessionsOf(brain).groups_interleave);
}

TEST(SessionsTest, StartsGiveSessionsBeforeGroupsDo) {
  BrainInput brain = Continuous({1, 39.4, 39.6, 1e6, -5}, {0, 1, 0, 1, 0});
  brain.session_starts = {0, 40, 70};
  EXPECT_THAT(SessionsOf(brain).of_word, ElementsAre(0, 0, 1, 2, 0));
  brain.session_starts = {0};
  EXPECT_TRUE(SessionsOf(brain).groups_interleave);
}

TEST(SessionsTest, GroupsThatAreStretchesOfTheRecordingAreSessions) {
  EXPECT_THAT(SessionsOf(Continuous({1, 2, 3, 4}, {4, 4, 9, 9})).of_word, ElementsAre(4, 4, 9, 9));
  // In whatever order the words come, and with one whose onset lies outside the recording.
  EXPECT_THAT(SessionsOf(Continuous({3, 1, 4, 2}, {9, 4, 9, 4})).of_word, ElementsAre(9, 4, 9, 4));
  EXPECT_THAT(SessionsOf(Continuous({1, 1e6, 3, 4}, {4, 4, 9, 9})).of_word,
              ElementsAre(4, 4, 9, 9));
}

TEST(SessionsTest, GroupsThatInterleaveInARecordingAreNone) {
  for (const std::vector<std::int64_t>& groups :
       {std::vector<std::int64_t>{0, 1, 0, 1}, {0, 1, 1, 0}, {0, 0, 1, 0}}) {
    const Sessions sessions = SessionsOf(Continuous({1, 2, 3, 4}, groups));
    EXPECT_THAT(sessions.of_word, IsEmpty());
    EXPECT_TRUE(sessions.groups_interleave);
  }
  // Sorted by group, which hides it from who looks at the order of the words alone.
  EXPECT_TRUE(SessionsOf(Continuous({1, 3, 2, 4}, {0, 0, 1, 1})).groups_interleave);
  // Two words at once.
  EXPECT_TRUE(SessionsOf(Continuous({1, 2, 2, 4}, {0, 0, 1, 1})).groups_interleave);
}

TEST(SessionsTest, OfEpochsGroupsInTurnAreOneSessionWhereOnsetsAscend) {
  const Sessions one_clock = SessionsOf(OfEpochs({1, 2, 3, 4}, {0, 1, 0, 1}));
  EXPECT_THAT(one_clock.of_word, IsEmpty());
  EXPECT_TRUE(one_clock.groups_interleave);
  const Sessions own_clocks = SessionsOf(OfEpochs({100, 2, 101, 3}, {0, 1, 0, 1}));
  EXPECT_THAT(own_clocks.of_word, ElementsAre(0, 1, 0, 1));
  EXPECT_TRUE(own_clocks.groups_alternate);
  // Nothing tells of a clock.
  const Sessions no_clock = SessionsOf(OfEpochs({}, {0, 1, 0, 1}));
  EXPECT_THAT(no_clock.of_word, ElementsAre(0, 1, 0, 1));
  EXPECT_TRUE(no_clock.groups_alternate);
}

TEST(SessionsTest, OfEpochsGroupsThatFollowEachOtherAreSessions) {
  const Sessions sessions = SessionsOf(OfEpochs({1, 5, 1.5, 6}, {0, 0, 1, 1}));
  EXPECT_THAT(sessions.of_word, ElementsAre(0, 0, 1, 1));
  EXPECT_FALSE(sessions.groups_alternate);
}

TEST(SessionsTest, OverlappingSessionsAreNamed) {
  EXPECT_THAT(OverlappingSessions({3, 3, 8, 8}, {1, 2, 3, 4}, 100), IsEmpty());
  EXPECT_THAT(OverlappingSessions({3, 8, 3, 8}, {1, 2, 3, 4}, 100), ElementsAre(8, 3));
}

}  // namespace
}  // namespace brainalign
