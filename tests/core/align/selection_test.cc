// Alignments of selected words: as if the others had not been given.
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "core/align/brain_cache.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// Rows of a tensor whose first axis is words, copied out.
Tensor CopyOfRows(const Tensor& tensor, const std::vector<std::int64_t>& words) {
  TensorSpec spec = tensor.spec();
  const auto row = static_cast<std::size_t>(tensor.size_bytes() / spec.shape[0]);
  std::vector<std::byte> bytes;
  for (const std::int64_t word : words) {
    const std::byte* const begin = tensor.data() + static_cast<std::size_t>(word) * row;
    bytes.insert(bytes.end(), begin, begin + row);
  }
  spec.shape[0] = std::ssize(words);
  return *Tensor::FromBytes(spec, std::move(bytes));
}

template <typename Number>
std::vector<Number> EntriesOf(const std::vector<Number>& all,
                              const std::vector<std::int64_t>& words) {
  std::vector<Number> entries;
  for (const std::int64_t word : words) entries.push_back(all[static_cast<std::size_t>(word)]);
  return entries;
}

// The experiment with the selected words alone.
AlignmentInputs WrittenOut(AlignmentInputs inputs, const std::vector<std::int64_t>& words) {
  BrainInput& brain = inputs.brain;
  if (!brain.is_continuous()) brain.epochs = CopyOfRows(brain.epochs, words);
  brain.onsets_seconds = EntriesOf(brain.onsets_seconds, words);
  brain.groups = EntriesOf(brain.groups, words);
  for (LayerInput& layer : inputs.layers) layer.activations = CopyOfRows(layer.activations, words);
  return inputs;
}

// Every third word is left out, and most of the second group.
std::vector<std::int64_t> SomeOf(std::int64_t words) {
  std::vector<std::int64_t> some;
  for (std::int64_t word = 0; word < words; ++word) {
    const bool is_second = word >= words / 5 && word < 2 * words / 5;
    if (word % 3 != 1 && (!is_second || word % 4 == 0)) some.push_back(word);
  }
  return some;
}

std::vector<AlignmentOptions> SeveralKinds() {
  AlignmentOptions strict;
  strict.pca = 3;
  AlignmentOptions paper;
  paper.preset = Preset::kPaper;
  AlignmentOptions to_brain;
  to_brain.direction = Direction::kModelToBrain;
  return {strict, paper, to_brain};
}

std::vector<FieldProblem> ProblemsOfSelection(const AlignmentInputs& inputs) {
  std::vector<FieldProblem> problems;
  EXPECT_EQ(Alignment::Create(inputs, {}, &problems).status().code(),
            absl::StatusCode::kInvalidArgument);
  return problems;
}

TEST(SelectionTest, SelectedWordsGiveTheBitsOfAnExperimentWithThemAlone) {
  for (const int words : {200, 3500}) {  // in double and in single precision
    SimulatedShape shape;
    shape.words = words;
    const AlignmentInputs recording = SimulateRecording(shape);
    for (const AlignmentInputs& all : {recording, AsEpochs(recording)}) {
      AlignmentInputs selected = all;
      selected.brain.selected = SomeOf(words);
      const AlignmentInputs alone = WrittenOut(all, *selected.brain.selected);
      for (const AlignmentOptions& options : SeveralKinds()) {
        const AlignmentResult a = Align(selected, options, 2);
        const AlignmentResult b = Align(alone, options, 2);
        EXPECT_EQ(a.score_per_fold, b.score_per_fold);
        EXPECT_EQ(a.alpha_counts, b.alpha_counts);
        EXPECT_EQ(a.input.fold_sizes, b.input.fold_sizes);
        EXPECT_EQ(a.input.training_sizes, b.input.training_sizes);
        EXPECT_EQ(a.input.purged_words, b.input.purged_words);
        EXPECT_EQ(a.input.words_given, words);
        EXPECT_EQ(a.input.words_used, b.input.words_given);
        EXPECT_EQ(a.input.unselected_words, words - b.input.words_given);
        EXPECT_EQ(a.input.dropped_words, 0);
        EXPECT_EQ(b.input.unselected_words, 0);
      }
    }
  }
}

TEST(SelectionTest, WhatIsNotSelectedMayHoldAnything) {
  AlignmentInputs inputs = AsEpochs(SimulateRecording({}));
  inputs.brain.selected = SomeOf(200);
  const AlignmentResult clean = Align(inputs);
  std::vector<double> epochs = inputs.brain.epochs.ToDoubles();
  for (std::size_t i = 0; i < 8 * 4; ++i) {  // word 1
    epochs[8 * 4 + i] = std::numeric_limits<double>::quiet_NaN();
  }
  std::vector<double> activations = inputs.layers[0].activations.ToDoubles();
  for (std::size_t d = 0; d < 6; ++d) {
    activations[4 * 6 + d] = std::numeric_limits<double>::infinity();  // word 4
  }
  AlignmentInputs holed = inputs;
  holed.brain.epochs = TensorOfDoubles({200, 8, 4}, epochs);
  holed.layers[0].activations = TensorOfDoubles({200, 6}, activations);
  EXPECT_EQ(Align(holed).score_per_fold, clean.score_per_fold);
  holed.brain.selected.reset();
  EXPECT_THAT(ProblemsOfSelection(holed)[0].description, HasSubstr("at word 1, sensor 0"));
}

TEST(SelectionTest, OnlySelectedWordsCountAsDropped) {
  AlignmentInputs inputs = SimulateRecording({});
  inputs.brain.onsets_seconds[0] = 1e6;
  inputs.brain.onsets_seconds[1] = 1e6;
  inputs.brain.selected = SomeOf(200);  // without word 1
  const AlignmentResult result = Align(inputs);
  EXPECT_EQ(result.input.dropped_words, 1);
  EXPECT_EQ(result.input.words_given, result.input.words_used + result.input.unselected_words + 1);
  EXPECT_THAT(result.notes, testing::Contains(HasSubstr("selected words were dropped")));
}

TEST(SelectionTest, SessionsAreThoseOfAllWordsSoThatNoEpochCrossesIntoOne) {
  AlignmentInputs inputs = SimulateRecording({});
  // Word 39, the last of session 0, begins a sample before session 1; epochs last four.
  inputs.brain.onsets_seconds[39] = inputs.brain.onsets_seconds[40] - 0.1;
  std::vector<std::int64_t> without_first;
  for (std::int64_t word = 0; word < 200; ++word) {
    if (word < 40 || word > 42) without_first.push_back(word);
  }
  inputs.brain.selected = without_first;
  EXPECT_EQ(Align(inputs).input.dropped_words, 1);
}

TEST(SelectionTest, SelectionsThatCannotBeAreRefused) {
  AlignmentInputs inputs = SimulateRecording({});
  for (const std::vector<std::int64_t>& words :
       std::vector<std::vector<std::int64_t>>{{}, {3, 3}, {5, 4}, {-1, 2}, {198, 199, 200}}) {
    inputs.brain.selected = words;
    const auto problems = ProblemsOfSelection(inputs);
    ASSERT_THAT(problems, SizeIs(1));
    EXPECT_THAT(problems[0].field, HasSubstr("brain.selected"));
  }
  inputs.brain.selected = std::vector<std::int64_t>{1, 2, 3};
  EXPECT_THAT(ProblemsOfSelection(inputs)[0].description, HasSubstr("only 3 words are selected"));
}

TEST(SelectionTest, ASelectionHasItsOwnPlaceInTheBrainCache) {
  AlignmentInputs inputs = SimulateRecording({});
  inputs.brain.digest = "recording";
  AlignmentInputs some = inputs;
  some.brain.selected = SomeOf(200);
  AlignmentInputs others = inputs;
  others.brain.selected = SomeOf(190);
  AlignmentResources resources;
  resources.brain_cache = std::make_shared<BrainCache>(std::int64_t{1} << 30);
  for (const AlignmentInputs& one : {inputs, some, others, some}) {
    EXPECT_EQ(Align(one, {}, 2, resources).score_per_fold, Align(one).score_per_fold);
  }
}

}  // namespace
}  // namespace brainalign
