// The words of a spoken story of half an hour, under a simulated recording: their
// distances are as irregular as speech, and 19 of them step backwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/experiment/experiment.h"
#include "client/simulate/activations.h"
#include "client/simulate/recording.h"
#include "client/simulate/schedule.h"
#include "core/align/alignment.h"
#include "core/tensor/file_replacement.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/format/npy_header.h"
#include "tests/client/real_input/oracle.h"
#include "tests/client/real_input/real_files.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

constexpr std::int64_t kSensors = 8;
constexpr std::int64_t kLayers = 2;
constexpr std::int64_t kDims = 6;
constexpr double kSfreqHz = 30;

// Onset of each word: that of its first token, since tokens of one word follow
// each other.
std::vector<double> WordOnsets(const std::string& path) {
  std::ifstream file(path);
  std::vector<double> onsets;
  std::string line;
  std::string word_before;
  std::getline(file, line);  // names of columns: "", word_idx, word, start, ...
  while (std::getline(file, line)) {
    std::istringstream columns(line);
    std::string ignored;
    std::string word;
    std::string start;
    std::getline(columns, ignored, '\t');
    std::getline(columns, word, '\t');
    std::getline(columns, ignored, '\t');
    std::getline(columns, start, '\t');
    if (word == word_before) continue;
    onsets.push_back(std::stod(start));
    word_before = word;
  }
  return onsets;
}

class PodcastTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string path = RealFile("podcast/gpt2-xl_transcript.tsv");
    if (path.empty()) GTEST_SKIP() << "the real files are not there";
    onsets_ = WordOnsets(path);
    ASSERT_EQ(onsets_.size(), 5136u);

    SimulationOptions options;
    options.words = static_cast<std::int64_t>(onsets_.size());
    options.sensors = kSensors;
    options.layers = kLayers;
    options.dims = kDims;
    options.sfreq_hz = kSfreqHz;
    for (const double onset : onsets_) {
      schedule_.onset_samples.push_back(std::lrint(onset * kSfreqHz));
    }
    schedule_.delays_seconds = {0.2, 0.5};
    schedule_.samples = std::lrint(1799.5 * kSfreqHz);
    Recording recording(options, schedule_);
    HiddenFeatures features(1, options.words);
    for (std::int64_t layer = 0; layer < kLayers; ++layer) {
      features.Advance();
      recording.AddResponses(layer, features.values());
      LayerActivations activations(1, layer, kDims);
      std::vector<float>& values = activations_.emplace_back(onsets_.size() * kDims);
      for (std::size_t word = 0; word < onsets_.size(); ++word) {
        activations.NextWord(&features.values()[word * kFeatures], &values[word * kDims]);
      }
    }
    recording.AddNoise();
    auto file = FileReplacement::Create(folder_.Path("continuous.npy"));
    ASSERT_TRUE(file.ok()) << file.status();
    const std::string header =
        *EncodeNpyHeader({DType::kF32, {kSensors, schedule_.samples}, Order::kC});
    ASSERT_TRUE((*file)->Append(header.data(), static_cast<std::int64_t>(header.size())).ok());
    ASSERT_TRUE(recording.WriteContinuous(**file).ok());
    ASSERT_TRUE((*file)->Commit().ok());
    ASSERT_TRUE(WriteNpy(folder_.Path("sfreq.npy"), VectorTensor({kSfreqHz})).ok());
    for (int i = -2; i <= 6; ++i) times_.push_back(i * 0.1);
    WriteTimes(folder_.path());
  }

  void WriteTimes(const std::string& dir) {
    ASSERT_TRUE(WriteNpy(dir + "/times.npy", VectorTensor(times_)).ok());
  }

  static std::size_t GroupOf(std::size_t word, std::size_t words) { return word * 7 / words; }

  // The oracle puts each group 1e7 seconds after the one before. In one recording words of
  // different groups share samples as others do: this takes those seconds away.
  void PutOnOneClock(const std::string& dir, std::size_t begin, std::size_t end) {
    std::vector<double> onsets;
    for (std::size_t word = begin; word < end; ++word) {
      onsets.push_back(onsets_[word] -
                       1e7 * static_cast<double>(GroupOf(word - begin, end - begin)));
    }
    ASSERT_TRUE(WriteNpy(dir + "/onsets.npy", VectorTensor(onsets)).ok());
  }

  // Writes onsets, activations and five stretches as groups for words [begin, end).
  void WriteWords(const std::string& dir, std::size_t begin, std::size_t end, bool groups) {
    const std::size_t words = end - begin;
    ASSERT_TRUE(WriteNpy(dir + "/onsets.npy",
                         VectorTensor({onsets_.begin() + static_cast<std::ptrdiff_t>(begin),
                                       onsets_.begin() + static_cast<std::ptrdiff_t>(end)}))
                    .ok());
    std::vector<std::byte> bytes(kLayers * words * kDims * sizeof(float));
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
      std::memcpy(&bytes[layer * words * kDims * sizeof(float)],
                  &activations_[layer][begin * kDims], words * kDims * sizeof(float));
    }
    const auto tensor = Tensor::FromBytes(
        {DType::kF32, {kLayers, static_cast<std::int64_t>(words), kDims}, Order::kC},
        std::move(bytes));
    ASSERT_TRUE(WriteNpy(dir + "/activations.npy", *tensor).ok());
    if (!groups) return;
    std::vector<double> group_of_word;
    for (std::size_t word = 0; word < words; ++word) {
      group_of_word.push_back(static_cast<double>(GroupOf(word, words)));
    }
    ASSERT_TRUE(WriteNpy(dir + "/groups.npy", VectorTensor(group_of_word)).ok());
  }

  // Cuts (words, sensors, times) for words [begin, end) out of the recording.
  Tensor CutEpochs(std::size_t begin, std::size_t end) {
    const Tensor continuous = *OpenNpy(folder_.Path("continuous.npy"));
    std::vector<float> epochs;
    for (std::size_t word = begin; word < end; ++word) {
      for (std::int64_t sensor = 0; sensor < kSensors; ++sensor) {
        for (const double time : times_) {  // lrint rounds halves to even
          const std::int64_t sample =
              std::lrint(onsets_[word] * kSfreqHz) + std::lrint(time * kSfreqHz);
          epochs.push_back(static_cast<float>(continuous.At(sensor * continuous.dim(1) + sample)));
        }
      }
    }
    std::vector<std::byte> bytes(epochs.size() * sizeof(float));
    std::memcpy(bytes.data(), epochs.data(), bytes.size());
    return *Tensor::FromBytes({DType::kF32,
                               {static_cast<std::int64_t>(end - begin), kSensors,
                                static_cast<std::int64_t>(times_.size())},
                               Order::kC},
                              std::move(bytes));
  }

  AlignmentResult Align(const AlignmentOptions& options) {
    absl::StatusOr<Experiment> experiment = LoadExperiment(folder_.path());
    EXPECT_TRUE(experiment.ok()) << experiment.status();
    if (!experiment.ok()) return {};
    absl::StatusOr<std::unique_ptr<Alignment>> alignment =
        Alignment::Create(std::move(experiment->inputs), options, nullptr);
    EXPECT_TRUE(alignment.ok()) << alignment.status();
    if (!alignment.ok()) return {};
    const CancelFlag cancel = false;
    absl::StatusOr<AlignmentResult> result = RunAlignment(**alignment, 2, cancel, nullptr);
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : AlignmentResult();
  }

  // Holds words 1290 to 1690, where eight onsets step backwards, against the oracle.
  void ExpectAgreement(const AlignmentOptions& options, const std::string& arguments, bool groups) {
    if (OracleRun::Script().empty()) GTEST_SKIP() << "the oracle is not there";
    constexpr std::size_t kBegin = 1290;
    constexpr std::size_t kEnd = 1690;
    const std::string dir = folder_.Path("oracle");
    std::filesystem::create_directory(dir);
    WriteWords(folder_.path(), kBegin, kEnd, groups);
    WriteWords(dir, kBegin, kEnd, groups);
    if (groups) PutOnOneClock(dir, kBegin, kEnd);
    WriteTimes(dir);
    ASSERT_TRUE(WriteNpy(dir + "/meg.npy", CutEpochs(kBegin, kEnd)).ok());
    OracleRun oracle(dir, arguments);
    const AlignmentResult result = Align(options);
    EXPECT_EQ(result.input.backward_onset_steps, 8);
    EXPECT_EQ(result.input.words_used, 400);
    const nlohmann::json answer = oracle.Answer();
    ASSERT_FALSE(answer.is_discarded()) << "the oracle failed";
    ASSERT_EQ(result.score.size(), kLayers * times_.size());
    for (std::size_t layer = 0; layer < kLayers; ++layer) {
      for (std::size_t time = 0; time < times_.size(); ++time) {
        EXPECT_NEAR(result.score[layer * times_.size() + time],
                    answer.at("score").at(layer).at(time).get<double>(), 1e-4)
            << "layer " << layer << ", time " << time;
      }
      EXPECT_NEAR(result.readout.t_max[layer], answer.at("t_max").at(layer).get<double>(), 1e-9);
    }
  }

  const ScratchFolder folder_;
  std::vector<double> onsets_;
  std::vector<double> times_;
  Schedule schedule_;
  std::vector<std::vector<float>> activations_;  // [layer] (words, kDims)
};

TEST_F(PodcastTest, PaperAgreesWithTheOracle) {
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  ExpectAgreement(options, "--preset paper", false);
}

TEST_F(PodcastTest, StrictPurgesAsTheOracleDoes) {
  AlignmentOptions options;
  options.preset = Preset::kStrict;
  options.alphas = {0.01, 10, 1000};
  ExpectAgreement(options, "--preset strict --alphas 0.01,10,1000", false);
}

TEST_F(PodcastTest, StrictWithGroupsAgreesWithTheOracle) {
  AlignmentOptions options;
  options.preset = Preset::kStrict;
  options.alphas = {1, 100};
  options.folds = 3;
  ExpectAgreement(options, "--preset strict --alphas 1,100 --folds 3", true);
}

TEST_F(PodcastTest, TheWholeStoryPeaksAtTheTrueDelays) {
  WriteWords(folder_.path(), 0, onsets_.size(), false);
  AlignmentOptions options;
  options.selection = Selection::kFixed;
  options.alphas = {100};
  const AlignmentResult result = Align(options);
  EXPECT_EQ(result.input.words_given, 5136);
  EXPECT_EQ(result.input.backward_onset_steps, 19);
  // The recording ends before the last epochs do.
  const auto leaving = std::count_if(
      schedule_.onset_samples.begin(), schedule_.onset_samples.end(), [&](std::int64_t sample) {
        return sample + std::lrint(0.6 * kSfreqHz) >= schedule_.samples;
      });
  EXPECT_GT(leaving, 0);
  EXPECT_EQ(result.input.dropped_words, leaving);
  EXPECT_EQ(result.input.words_used, 5136 - leaving);
  EXPECT_THAT(result.readout.t_argmax,
              testing::ElementsAre(testing::DoubleNear(0.2, 1e-9), testing::DoubleNear(0.5, 1e-9)));
  EXPECT_GT(result.readout.alignment_score_best_layer, 0.2);
}

}  // namespace
}  // namespace brainalign
