#include "client/experiment/preparation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "client/experiment/session_starts.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A recording of 100 s at 10 Hz.
BrainInput TenHertz(std::vector<double> onsets) {
  BrainInput brain;
  brain.continuous =
      *Tensor::FromBytes({DType::kF32, {1, 1000}, Order::kC}, std::vector<std::byte>(4000));
  brain.sfreq_hz = 10;
  brain.onsets_seconds = std::move(onsets);
  brain.times_seconds = {-0.5, 0, 1};
  return brain;
}

// Filtered at 1000 Hz, over 2 s to each side.
Preparation TwoSecondEdges() {
  return {.band_pass_hz = {1, 4},
          .resample_hz = 10,
          .original_sfreq_hz = 1000,
          .filter_samples = 4001,
          .largest_shift_seconds = 0.01,
          .session_starts = {0, 500}};
}

TEST(PreparationTest, CountsTheWordsWhoseEpochsAreNearAnEndOfASession) {
  // An epoch reaches from 0.5 s before its word to 1 s after it. Sessions are 0 to 49.9 s and 50 to
  // 99.9 s.
  const BrainInput brain = TenHertz({0.4,            // leaves the recording: not used
                                     0.5, 2.4,       // begins less than 2 s after the start
                                     2.5, 30, 46.9,  // inside: ends 2 s before the end
                                     47, 48.9,       // ends less than 2 s before the end
                                     49.5,           // in both
                                     52.4,           // too near
                                     52.5, 96.9,     // inside
                                     97, 98.9,       // too near
                                     99});           // leaves the recording
  EXPECT_EQ(EdgeWords(TwoSecondEdges(), brain), 8);
  BrainInput selected = brain;
  selected.selected = std::vector<std::int64_t>{1, 3, 8};
  EXPECT_EQ(EdgeWords(TwoSecondEdges(), selected), 2);
}

TEST(PreparationTest, ResamplingAloneHasNoEdges) {
  Preparation preparation = TwoSecondEdges();
  preparation.band_pass_hz.clear();
  preparation.filter_samples = 0;
  EXPECT_EQ(EdgeWords(preparation, TenHertz({0.5, 50})), 0);
  EXPECT_EQ(DescribePreparation(preparation, 0).find("words"), std::string::npos);
}

TEST(PreparationTest, SaysWhatWasDone) {
  const std::string text = DescribePreparation(TwoSecondEdges(), 8);
  EXPECT_THAT(text, HasSubstr("band-passed from 1 to 4 Hz and resampled from 1000 to 10 Hz"));
  EXPECT_THAT(text, HasSubstr("Epochs of 8 words have samples within 2 s"));
  EXPECT_THAT(text, HasSubstr("up to 10 ms"));
}

TEST(PreparationTest, IsReadAsItWasWritten) {
  const ScratchFolder folder;
  Preparation written = TwoSecondEdges();
  written.notes = {"Several times read one sample."};
  folder.Write(kPreparationFile, PreparationToJson(written));
  const absl::StatusOr<Preparation> read = ReadPreparation(folder.path());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(*read, written);
}

TEST(PreparationTest, RefusesWhatItDidNotWrite) {
  const ScratchFolder folder;
  for (const std::string text :
       {"nonsense", "[1]", "{}", "null", "{\"version\": 1}",
        "{\"version\": 2, \"resample_hz\": 3, \"original_sfreq_hz\": 9, \"session_starts\": [0]}",
        "{\"version\": 1, \"resample_hz\": 3, \"original_sfreq_hz\": 9, \"session_starts\": []}",
        "{\"version\": 1, \"resample_hz\": 3, \"original_sfreq_hz\": 9, \"session_starts\": [5]}",
        "{\"version\": 1, \"resample_hz\": 3, \"original_sfreq_hz\": 0, \"session_starts\": [0]}",
        "{\"version\": 1, \"band_pass_hz\": [1], \"original_sfreq_hz\": 9, \"filter_samples\": 5, "
        "\"session_starts\": [0]}"}) {
    folder.Write(kPreparationFile, text);
    EXPECT_THAT(ReadPreparation(folder.path()).status().message(),
                HasSubstr("prepare the recording"))
        << text;
  }
}

absl::Status Join(const std::vector<std::int64_t>& starts, BrainInput& brain) {
  brain.session_starts = starts;
  return JoinSessionStarts("session_starts.npy", 2, brain);
}

TEST(SessionStartsTest, GiveEachWordItsSession) {
  BrainInput brain = TenHertz({1, 49.9, 50, 80});
  ASSERT_TRUE(Join({0, 500}, brain).ok());
  EXPECT_THAT(brain.sessions, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(brain.session_starts, ElementsAre(0, 500));
  BrainInput single = TenHertz({1, 49.9, 50, 80});
  ASSERT_TRUE(Join({0}, single).ok());
  EXPECT_THAT(single.sessions, IsEmpty());
}

TEST(SessionStartsTest, AreRefusedIfTheyAreWrongOrContradictTheSessions) {
  for (const std::vector<std::int64_t>& starts :
       std::vector<std::vector<std::int64_t>>{{5}, {0, 0}, {0, 1000}, {0, 600, 500}, {0, -1}}) {
    BrainInput brain = TenHertz({1, 60});
    EXPECT_THAT(Join(starts, brain).message(), HasSubstr("ascending from 0"));
  }
  BrainInput brain = TenHertz({1, 30, 60});
  brain.sessions = {7, 8, 8};
  EXPECT_THAT(Join({0, 500}, brain).message(),
              HasSubstr("session_starts.npy: word 2 (60 s) is in session 8 as is word 1 (30 s)"));
  EXPECT_TRUE(Join({0, 250}, brain).ok());
  EXPECT_THAT(brain.sessions, ElementsAre(7, 8, 8));
}

TEST(SessionStartsTest, AreGuessedMidwayBetweenWordsAndThatIsTold) {
  std::vector<std::string> notes;
  BrainInput brain = TenHertz({1, 30, 60, 90});
  EXPECT_THAT(*GuessSessionStarts(brain, notes), ElementsAre(0));
  EXPECT_THAT(notes, IsEmpty());
  brain.groups = {3, 3, 5, 5};
  EXPECT_THAT(*GuessSessionStarts(brain, notes), ElementsAre(0, 450));
  EXPECT_THAT(notes, ElementsAre(HasSubstr("session_starts.npy")));
  // Groups that interleave are no sessions; sessions that do are wrong.
  brain.groups = {3, 5, 3, 5};
  EXPECT_THAT(*GuessSessionStarts(brain, notes), ElementsAre(0));
  brain.sessions = {3, 5, 3, 5};
  EXPECT_THAT(GuessSessionStarts(brain, notes).status().message(), HasSubstr("mixed in time"));
  brain.sessions = {3, 5};
  EXPECT_THAT(GuessSessionStarts(brain, notes).status().message(),
              HasSubstr("sessions.npy has 2 words, but there are 4 onsets"));
}

}  // namespace
}  // namespace brainalign
