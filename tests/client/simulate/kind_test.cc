#include "client/simulate/kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "client/experiment/experiment.h"
#include "core/align/alignment.h"
#include "core/problem/select_words.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::Contains;
using testing::IsEmpty;

SimulationOptions SmallOf(const std::string& kind) {
  SimulationOptions options = OptionsOfKind(kind);
  options.words = 300;
  options.layers = 2;
  options.dims = 5;
  options.sensors = std::min<std::int64_t>(options.sensors, 70);
  return options;
}

Experiment Simulated(const SimulationOptions& options, const ScratchFolder& folder) {
  EXPECT_TRUE(Simulate(options, folder.path()).ok());
  absl::StatusOr<Experiment> experiment = LoadExperiment(folder.path());
  EXPECT_TRUE(experiment.ok()) << experiment.status();
  return experiment.ok() ? *std::move(experiment) : Experiment();
}

TEST(SimulateKindTest, EachKindLoadsWithItsTableOfWords) {
  for (const std::string& kind : SimulatedKindNames()) {
    const ScratchFolder folder;
    const Experiment experiment = Simulated(SmallOf(kind), folder);
    ASSERT_FALSE(experiment.words.empty()) << kind;
    EXPECT_THAT(experiment.notes, IsEmpty()) << kind;
    for (const char* column : {"onset", "duration", "word", "pos", "surprisal", "session"}) {
      EXPECT_NE(FindColumn(experiment.words, column), nullptr) << column;
    }
    const WordValues& surprisal = *FindColumn(experiment.words, "surprisal");
    std::int64_t missing = 0;
    for (std::int64_t word = 0; word < 300; ++word) missing += surprisal.IsMissing(word) ? 1 : 0;
    EXPECT_GT(missing, 10) << kind;
    EXPECT_LT(missing, 60) << kind;
    BrainInput brain = experiment.inputs.brain;
    EXPECT_TRUE(
        SelectWords(experiment.words, "pos in NOUN VERB and quartile(surprisal) = 4", brain).ok());
    EXPECT_GT(brain.selected->size(), 15u) << kind;
  }
}

TEST(SimulateKindTest, ChannelsHaveTheNamesAndUnitsOfTheKind) {
  const auto lines = [](const std::string& kind) {
    return std::vector<std::string>(
        absl::StrSplit(ChannelsText(OptionsOfKind(kind)), '\n', absl::SkipEmpty()));
  };
  EXPECT_EQ(lines("meg").size(), 103u);
  EXPECT_THAT(lines("meg"), Contains("MEG0111\tMEGMAG\tT"));
  EXPECT_THAT(lines("meg"), Contains("MEG2641\tMEGMAG\tT"));
  EXPECT_EQ(lines("eeg").size(), 65u);
  EXPECT_THAT(lines("eeg"), Contains("Cz\tEEG\tV"));
  EXPECT_THAT(lines("ecog"), Contains("G64\tECOG\tV"));
  EXPECT_THAT(lines("fmri"), Contains("voxel_19_0_0\tVOXEL\tn/a"));
  for (const std::string& kind : SimulatedKindNames()) {
    std::vector<std::string> sorted = lines(kind);
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end()) << kind;
  }
}

TEST(SimulateKindTest, TimesOfFmriAreRepetitionsOfTheScan) {
  const ScratchFolder folder;
  const Experiment experiment = Simulated(SmallOf("fmri"), folder);
  const BrainInput& brain = experiment.inputs.brain;
  EXPECT_EQ(brain.sfreq_hz, 0.5);
  EXPECT_THAT(brain.times_seconds, testing::ElementsAre(-2, 0, 2, 4, 6, 8, 10));
  const bool off_the_samples = std::any_of(brain.onsets_seconds.begin(), brain.onsets_seconds.end(),
                                           [](double onset) { return std::fmod(onset, 2.0) != 0; });
  EXPECT_TRUE(off_the_samples);
}

TEST(SimulateKindTest, LayersPeakAtTheirDelays) {
  for (const std::string& kind : SimulatedKindNames()) {
    const ScratchFolder folder;
    SimulationOptions options = OptionsOfKind(kind);
    options.words = 1500;
    options.sensors = 40;
    options.layers = 3;
    options.dims = 12;
    const Experiment experiment = Simulated(options, folder);
    auto alignment = Alignment::Create(experiment.inputs, {}, nullptr);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    const CancelFlag cancel{false};
    const auto result = RunAlignment(**alignment, 2, cancel, nullptr);
    ASSERT_TRUE(result.ok()) << result.status();
    for (std::size_t layer = 0; layer < 3; ++layer) {
      // Within one sample, or what a bump of some samples leaves open.
      EXPECT_NEAR(result->readout.t_argmax[layer], experiment.truth_seconds[layer],
                  kind == "fmri" ? 2.0 : 0.1)
          << kind << ", layer " << layer;
    }
    EXPECT_GT(result->readout.alignment_score_best_layer, 0.05) << kind;
  }
}

}  // namespace
}  // namespace brainalign
