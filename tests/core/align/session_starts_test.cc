// Recordings whose sessions begin at known samples.
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr std::size_t kWordsInAll = 200;

std::int64_t SampleOf(const AlignmentInputs& inputs, std::size_t word) {
  return std::lround(inputs.brain.onsets_seconds[word] * 10);
}

// 200 words in one go at 10 Hz, in two sessions. The second begins one sample before the onset of
// `first_of_second`, and the epoch of the word before, which ends 0.3 s after its onset, crosses
// the start.
struct TwoSessions {
  AlignmentInputs inputs;
  std::size_t first_of_second = 0;
  std::int64_t start = 0;
  std::int64_t crossing = 0;  // words
};

TwoSessions MakeTwoSessions() {
  SimulatedShape shape;
  shape.sessions = 1;
  TwoSessions made;
  made.inputs = SimulateRecording(shape);
  made.inputs.brain.groups.clear();
  std::size_t word = 100;
  while (SampleOf(made.inputs, word) - SampleOf(made.inputs, word - 1) != 2) ++word;
  made.first_of_second = word;
  made.start = SampleOf(made.inputs, word) - 1;
  for (std::size_t before = 0; before < word; ++before) {
    if (SampleOf(made.inputs, before) + 3 >= made.start) ++made.crossing;
  }
  made.inputs.brain.session_starts = {0, made.start};
  return made;
}

std::vector<FieldProblem> ProblemsWith(const AlignmentInputs& inputs) {
  std::vector<FieldProblem> problems;
  EXPECT_FALSE(Alignment::Create(inputs, {}, &problems).ok());
  if (problems.empty()) problems.emplace_back();
  return problems;
}

TEST(SessionStartsTest, NoSampleOfAnotherSessionIsUsed) {
  TwoSessions made = MakeTwoSessions();
  ASSERT_GE(made.crossing, 1);
  // Bad samples at the start of the second session, before its first word.
  std::vector<float> samples;
  for (const double value : made.inputs.brain.continuous.ToDoubles()) {
    samples.push_back(static_cast<float>(value));
  }
  samples[static_cast<std::size_t>(made.start)] = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::int64_t> shape = {made.inputs.brain.continuous.dim(0),
                                           made.inputs.brain.continuous.dim(1)};
  made.inputs.brain.continuous = TensorOfFloats(shape, samples);
  const AlignmentResult result = Align(made.inputs);
  EXPECT_EQ(result.input.dropped_words, made.crossing);
  EXPECT_THAT(result.notes,
              Contains(HasSubstr(std::to_string(made.crossing) +
                                 " of 200 words were dropped: their epochs reach into another "
                                 "session")));
  made.inputs.brain.session_starts.clear();
  EXPECT_THAT(ProblemsWith(made.inputs)[0].description, HasSubstr("NaN"));
}

TEST(SessionStartsTest, GiveSessionsAsIfTheseWereGiven) {
  TwoSessions made = MakeTwoSessions();
  AlignmentOptions options;
  options.uncertainty.detrend = 1;  // in each session
  const AlignmentResult by_starts = Align(made.inputs, options);
  for (std::size_t word = 0; word < kWordsInAll; ++word) {
    made.inputs.brain.sessions.push_back(word < made.first_of_second ? 3 : 7);
  }
  EXPECT_EQ(Align(made.inputs, options).score_per_fold, by_starts.score_per_fold);
  // A start at 0 alone says nothing.
  made.inputs.brain.sessions.clear();
  made.inputs.brain.session_starts = {0};
  const AlignmentResult one = Align(made.inputs, options);
  EXPECT_EQ(one.input.dropped_words, 0);
  made.inputs.brain.session_starts.clear();
  EXPECT_EQ(Align(made.inputs, options).score_per_fold, one.score_per_fold);
}

TEST(SessionStartsTest, SessionsWithoutWordsAreAllowed) {
  TwoSessions made = MakeTwoSessions();
  const std::vector<double> score = Align(made.inputs).score_per_fold;
  const std::int64_t samples = made.inputs.brain.continuous.dim(1);
  made.inputs.brain.session_starts = {0, 5, made.start, samples - 2, samples - 1};
  EXPECT_EQ(Align(made.inputs).score_per_fold, score);
}

TEST(SessionStartsTest, WrongStartsAreNamed) {
  AlignmentInputs inputs = MakeTwoSessions().inputs;
  const std::int64_t samples = inputs.brain.continuous.dim(1);
  for (const std::vector<std::int64_t>& starts : std::vector<std::vector<std::int64_t>>{
           {5}, {5, 50}, {0, 0}, {0, 60, 50}, {0, samples}, {-1, 5}, {0, -1}}) {
    inputs.brain.session_starts = starts;
    const FieldProblem problem = ProblemsWith(inputs)[0];
    EXPECT_EQ(problem.field, "brain.session_starts");
    EXPECT_THAT(problem.description, HasSubstr("ascending from 0"));
  }
  AlignmentInputs epochs = AsEpochs(inputs);
  epochs.brain.session_starts = {0, 5};
  EXPECT_THAT(ProblemsWith(epochs)[0].description, HasSubstr("given with epochs"));
}

TEST(SessionStartsTest, SessionsThatContradictThemAreNamed) {
  const TwoSessions made = MakeTwoSessions();
  AlignmentInputs inputs = made.inputs;
  inputs.brain.sessions.assign(kWordsInAll, 4);
  const FieldProblem problem = ProblemsWith(inputs)[0];
  EXPECT_EQ(problem.field, "brain.session_starts");
  EXPECT_THAT(
      problem.description,
      AllOf(HasSubstr("word " + std::to_string(made.first_of_second) + " ("),
            HasSubstr("is in session 4 as is word 0"), HasSubstr("a session begins between them")));
  // Sessions may be finer than the starts.
  for (std::size_t word = 0; word < kWordsInAll; ++word) {
    const bool is_second = word >= made.first_of_second;
    inputs.brain.sessions[word] = is_second ? 2 : word < 50 ? 0 : 1;
  }
  EXPECT_GE(Align(inputs).input.dropped_words, made.crossing);
}

// Each session has a clock of its own.
TEST(SessionStartsTest, OnsetsThatRestartAreToldByTheirClock) {
  const TwoSessions made = MakeTwoSessions();
  AlignmentInputs inputs = made.inputs;
  for (std::size_t word = made.first_of_second; word < kWordsInAll; ++word) {
    inputs.brain.onsets_seconds[word] -= static_cast<double>(made.start) / 10;
  }
  const std::string restart =
      "the onsets restart at word " + std::to_string(made.first_of_second) + " (";
  FieldProblem problem = ProblemsWith(inputs)[0];
  EXPECT_EQ(problem.field, "brain.onsets_seconds");
  EXPECT_THAT(problem.description, HasSubstr(restart));
  // With sessions or groups in place of the starts.
  inputs.brain.session_starts.clear();
  std::vector<std::int64_t> unit;
  for (std::size_t word = 0; word < kWordsInAll; ++word) {
    unit.push_back(word < made.first_of_second ? 0 : 1);
  }
  inputs.brain.sessions = unit;
  problem = ProblemsWith(inputs)[0];
  EXPECT_EQ(problem.field, "brain.sessions");
  EXPECT_THAT(problem.description, HasSubstr(restart));
  inputs.brain.sessions.clear();
  inputs.brain.groups = unit;
  inputs.brain.times_seconds = {0, 0.5, 1};
  AlignmentOptions options;
  options.folds = 2;  // whole groups, which share all of their time
  std::vector<FieldProblem> problems;
  EXPECT_FALSE(Alignment::Create(inputs, options, &problems).ok());
  ASSERT_FALSE(problems.empty());
  EXPECT_THAT(problems[0].description, HasSubstr(restart));
  options.preset = Preset::kPaper;
  EXPECT_THAT(Align(inputs, options).notes,
              Contains(AllOf(HasSubstr("Onsets step backwards"), HasSubstr(restart))));
}

}  // namespace
}  // namespace brainalign
