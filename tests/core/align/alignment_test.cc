// What Alignment refuses, reports and gives up.
#include "core/align/alignment.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<FieldProblem> ProblemsOf(const AlignmentInputs& inputs,
                                     const AlignmentOptions& options = {}) {
  std::vector<FieldProblem> problems;
  const auto alignment = Alignment::Create(inputs, options, &problems);
  EXPECT_EQ(alignment.status().code(), absl::StatusCode::kInvalidArgument);
  return problems;
}

Tensor WithValue(const Tensor& tensor, std::size_t position, double value) {
  std::vector<double> values = tensor.ToDoubles();
  values[position] = value;
  return TensorOfDoubles(tensor.spec().shape, values);
}

TEST(AlignmentTest, FindsTheLayersWhereTheyWereWritten) {
  SimulatedShape shape;
  shape.words = 600;
  const AlignmentResult result = Align(SimulateRecording(shape));
  EXPECT_THAT(result.readout.t_argmax, ElementsAre(0.0, 0.1, 0.2));
  EXPECT_NEAR(result.readout.temporal_score, 1.0, 1e-9);
}

TEST(AlignmentTest, NanInEpochsIsNamedByWordSensorAndTime) {
  AlignmentInputs inputs = AsEpochs(SimulateRecording({}));
  // Word 7, sensor 3, time sample 2 of (200, 8, 4).
  inputs.brain.epochs = WithValue(inputs.brain.epochs, (7 * 8 + 3) * 4 + 2, std::nan(""));
  const auto problems = ProblemsOf(inputs);
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_EQ(problems[0].field, "brain.epochs");
  EXPECT_THAT(problems[0].description, HasSubstr("word 7, sensor 3, time sample 2 (0.2 s)"));
}

TEST(AlignmentTest, NanInTheRecordingMattersOnlyWhereAnEpochUsesIt) {
  AlignmentInputs inputs = SimulateRecording({});
  const Tensor recording = inputs.brain.continuous;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  inputs.brain.continuous = WithValue(recording, 0, nan);  // before the first word
  EXPECT_TRUE(Alignment::Create(inputs, {}, nullptr).ok());
  const auto used = static_cast<std::size_t>(std::lround(inputs.brain.onsets_seconds[5] * 10));
  inputs.brain.continuous = WithValue(recording, used, nan);
  EXPECT_THAT(ProblemsOf(inputs)[0].description, HasSubstr("word 5, sensor 0, time sample 0"));
}

TEST(AlignmentTest, InfinityInActivationsIsNamedByWordAndDimension) {
  AlignmentInputs inputs = SimulateRecording({});
  inputs.layers[1].activations =
      WithValue(inputs.layers[1].activations, 11 * 6 + 4, std::numeric_limits<double>::infinity());
  const auto problems = ProblemsOf(inputs);
  EXPECT_EQ(problems[0].field, "layers[1].activations");
  EXPECT_THAT(problems[0].description, HasSubstr("word 11, dimension 4"));
}

TEST(AlignmentTest, SidesOfDifferentLengthAreRefusedWithBothNumbers) {
  AlignmentInputs inputs = SimulateRecording({});
  inputs.layers[2].activations = TensorOfFloats({199, 1}, std::vector<float>(199, 1.0f));
  const auto problems = ProblemsOf(inputs);
  EXPECT_EQ(problems[0].field, "layers[2].activations");
  EXPECT_THAT(problems[0].description, HasSubstr("has 199 words, but the brain has 200"));
}

TEST(AlignmentTest, OnsetsOutsideTheRecordingAreDroppedAndCounted) {
  AlignmentInputs inputs = SimulateRecording({});
  inputs.brain.onsets_seconds[9] = 1e6;
  inputs.brain.onsets_seconds[10] = -0.5;
  const AlignmentResult result = Align(inputs);
  EXPECT_EQ(result.input.dropped_words, 2);
  EXPECT_THAT(result.notes, ::testing::Contains(HasSubstr("2 of 200 words were dropped: "
                                                          "their epochs leave")));
  inputs.brain.onsets_seconds[9] = std::nan("");
  EXPECT_THAT(ProblemsOf(inputs)[0].description, HasSubstr("must be finite"));
}

TEST(AlignmentTest, OneCauseInAllLayersIsToldOnce) {
  AlignmentInputs inputs = SimulateRecording({});
  for (LayerInput& layer : inputs.layers) {
    layer.activations = TensorOfFloats({190, 1}, std::vector<float>(190, 1.0f));
  }
  auto problems = ProblemsOf(inputs);
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].description, HasSubstr("2 more layers have the same problem"));
  for (LayerInput& layer : inputs.layers) {
    layer.activations =
        TensorOfFloats({200, 1}, std::vector<float>(200, std::numeric_limits<float>::infinity()));
  }
  problems = ProblemsOf(inputs);
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0].description, HasSubstr("2 more layers have the same problem"));
}

TEST(AlignmentTest, ExchangedAxesAreToldByTheirLengths) {
  AlignmentInputs inputs = SimulateRecording({});
  inputs.layers[0].activations = TensorOfFloats({6, 200}, std::vector<float>(1200, 1.0f));
  EXPECT_THAT(ProblemsOf(inputs)[0].description, HasSubstr("axes look exchanged"));
  inputs = AsEpochs(SimulateRecording({}));
  inputs.brain.epochs = TensorOfFloats({200, 4, 8}, std::vector<float>(6400, 1.0f));
  EXPECT_THAT(ProblemsOf(inputs)[0].description, HasSubstr("axes look exchanged"));
}

// Groups 0 to 4 in turn, every word.
AlignmentInputs WithGroupsInTurn(AlignmentInputs inputs) {
  for (std::size_t word = 0; word < inputs.brain.groups.size(); ++word) {
    inputs.brain.groups[word] = static_cast<std::int64_t>(word / 10 % 5);
  }
  return inputs;
}

TEST(AlignmentTest, GroupsInTurnArePurgedByTheSamplesThatTheyShare) {
  const AlignmentInputs inputs = WithGroupsInTurn(SimulateRecording({}));
  const AlignmentResult result = Align(inputs);
  for (const std::int64_t purged : result.input.purged_words) EXPECT_GT(purged, 0);
  EXPECT_THAT(result.notes,
              ::testing::Contains(HasSubstr("Words of different groups are interleaved")));
  // The same as epochs, whose onsets ascend.
  EXPECT_EQ(Align(AsEpochs(inputs)).score_per_fold, result.score_per_fold);

  // Given as sessions, groups in turn are no stretches.
  AlignmentInputs wrong = inputs;
  wrong.brain.sessions = wrong.brain.groups;
  EXPECT_EQ(ProblemsOf(wrong)[0].field, "brain.sessions");
  // Sessions of their own, beside the groups.
  AlignmentInputs own = inputs;
  own.brain.sessions = SimulateRecording({}).brain.groups;
  EXPECT_EQ(Align(own).input.words_used, 200);
}

TEST(AlignmentTest, EpochsNeverCrossASessionOfAGaplessRecording) {
  SimulatedShape shape;
  shape.sessions = 1;
  AlignmentInputs inputs = SimulateRecording(shape);
  std::vector<std::size_t> crossing;  // epochs reach three samples past the onset
  for (std::size_t word = 0; word < 200; ++word) {
    inputs.brain.groups[word] = static_cast<std::int64_t>(word / 40);
    const std::size_t next = (word / 40 + 1) * 40;
    if (next == 200) continue;
    const double seconds = inputs.brain.onsets_seconds[next] - inputs.brain.onsets_seconds[word];
    if (std::lround(10 * seconds) <= 3) crossing.push_back(word);
  }
  ASSERT_FALSE(crossing.empty());
  const AlignmentResult result = Align(inputs);
  EXPECT_EQ(result.input.dropped_words, static_cast<std::int64_t>(crossing.size()));
  EXPECT_THAT(result.notes,
              ::testing::Contains(HasSubstr(std::to_string(crossing.size()) +
                                            " of 200 words were dropped: their epochs reach into "
                                            "another session")));
}

TEST(AlignmentTest, TooFewWordsAreToldByWhatTookTheOthers) {
  SimulatedShape shape;
  shape.words = 4;
  shape.sessions = 1;
  AlignmentInputs inputs = SimulateRecording(shape);
  EXPECT_THAT(ProblemsOf(AsEpochs(inputs))[0].description,
              ::testing::AllOf(HasSubstr("only 4 words are given"), HasSubstr("need 10"),
                               ::testing::Not(HasSubstr("sampling"))));
}

TEST(AlignmentTest, PenaltiesAtAnEndOfTheGridAreTold) {
  AlignmentInputs inputs = SimulateRecording({});
  AlignmentOptions options;
  options.alphas = {1e9, 1e10};
  const auto notes = Align(inputs, options).notes;
  EXPECT_THAT(notes, ::testing::Contains(::testing::AllOf(HasSubstr("% of the targets"),
                                                          HasSubstr("of the given alphas, 1e+"))));
  options.alphas = {1e9};
  options.selection = Selection::kFixed;
  EXPECT_THAT(Align(inputs, options).notes,
              ::testing::Not(::testing::Contains(HasSubstr("% of the targets"))));
}

TEST(AlignmentTest, FewerWordsThanFoldsAreRefused) {
  SimulatedShape shape;
  shape.words = 3;
  shape.sessions = 1;
  AlignmentOptions options;
  options.fold_by = FoldBy::kContiguous;
  EXPECT_THAT(ProblemsOf(SimulateRecording(shape), options)[0].description,
              HasSubstr("only 3 words"));
}

TEST(AlignmentTest, MoreComponentsThanDimensionsAreRefused) {
  AlignmentOptions options;
  options.pca = 7;
  const auto problems = ProblemsOf(SimulateRecording({}), options);
  EXPECT_EQ(problems[0].field, "options.pca");
  EXPECT_THAT(problems[0].description, HasSubstr("use at most 6"));
}

TEST(AlignmentTest, WordsWhoseEpochLeavesTheRecordingAreDroppedOnBothSides) {
  AlignmentInputs inputs = SimulateRecording({});
  const double end = static_cast<double>(inputs.brain.continuous.dim(1)) / 10;
  inputs.brain.onsets_seconds.back() = end - 0.2;  // the last of 4 samples is outside
  const AlignmentResult result = Align(inputs);
  EXPECT_EQ(result.input.words_given, 200);
  EXPECT_EQ(result.input.words_used, 199);
  EXPECT_EQ(result.input.dropped_words, 1);
  EXPECT_THAT(result.notes, ::testing::Contains(HasSubstr("1 of 200 words were dropped")));

  // The same as never having had the word.
  inputs.brain.onsets_seconds.pop_back();
  inputs.brain.groups.pop_back();
  for (LayerInput& layer : inputs.layers) {
    std::vector<double> values = layer.activations.ToDoubles();
    values.resize(values.size() - 6);
    layer.activations = TensorOfDoubles({199, 6}, values);
  }
  EXPECT_EQ(Align(inputs).score_per_fold, result.score_per_fold);
}

TEST(AlignmentTest, BackwardOnsetsAndDeadSensorsAreDoneAndReported) {
  AlignmentInputs inputs = AsEpochs(SimulateRecording({}));
  std::swap(inputs.brain.onsets_seconds[20], inputs.brain.onsets_seconds[21]);
  std::vector<double> values = inputs.brain.epochs.ToDoubles();
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i / 4 % 8 == 5) values[i] = 2.5e-13;
  }
  inputs.brain.epochs = TensorOfDoubles(inputs.brain.epochs.spec().shape, values);
  const AlignmentResult result = Align(inputs);
  EXPECT_EQ(result.input.backward_onset_steps, 1);
  EXPECT_THAT(result.input.constant_sensors, ElementsAre(5));
  for (double score : result.score) EXPECT_TRUE(std::isfinite(score));

  AlignmentOptions to_brain;
  to_brain.direction = Direction::kModelToBrain;
  // One dead sensor, 3 layers, 4 times, 4 folds of whole sessions.
  to_brain.folds = 4;
  EXPECT_EQ(Align(inputs, to_brain).constant_targets, 3 * 4 * 4);
}

TEST(AlignmentTest, CancelStopsTheWorkAndSaysSo) {
  auto alignment = Alignment::Create(SimulateRecording({}), {}, nullptr);
  ASSERT_TRUE(alignment.ok());
  CancelFlag cancel{true};
  EXPECT_EQ(RunAlignment(**alignment, 2, cancel, nullptr).status().code(),
            absl::StatusCode::kCancelled);
}

TEST(AlignmentTest, CancelStopsTheCheckOfTheInputsAndSaysSo) {
  AlignmentInputs inputs = SimulateRecording({});
  int asked = 0;
  EXPECT_TRUE(Alignment::Create(inputs, {}, nullptr, {}, [&] { return ++asked < 0; }).ok());
  const int in_all = asked;
  EXPECT_GT(in_all, 3);
  // Whenever it comes, and whatever was found before.
  inputs.layers[1].activations = TensorOfFloats(
      inputs.layers[1].activations.spec().shape,
      std::vector<float>(static_cast<std::size_t>(inputs.layers[1].activations.element_count()),
                         std::numeric_limits<float>::infinity()));
  for (int at = 1; at <= 3; ++at) {
    asked = 0;
    std::vector<FieldProblem> problems;
    const auto alignment =
        Alignment::Create(inputs, {}, &problems, {}, [&] { return ++asked >= at; });
    EXPECT_EQ(alignment.status().code(), absl::StatusCode::kCancelled);
    EXPECT_TRUE(problems.empty());
    EXPECT_LT(asked, in_all);
  }
}

TEST(AlignmentTest, AlphaCountsAddUpToEveryTargetOfEveryCell) {
  const AlignmentResult result = Align(SimulateRecording({}));
  std::int64_t total = 0;
  for (std::int64_t count : result.alpha_counts) total += count;
  EXPECT_EQ(total, 3 * 4 * 6 * 5);  // layers, times, dimensions, folds
}

}  // namespace
}  // namespace brainalign
