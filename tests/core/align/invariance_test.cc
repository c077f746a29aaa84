// What must not change a result: threads, the order of tiles, how epochs are
// given, how many words are worked on at a time.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/least_memory.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

std::vector<AlignmentOptions> OptionsOfEachKind() {
  AlignmentOptions strict;
  strict.pca = 3;
  AlignmentOptions paper;
  paper.preset = Preset::kPaper;
  AlignmentOptions one_basis = paper;
  one_basis.pca = 3;
  AlignmentOptions to_brain;
  to_brain.direction = Direction::kModelToBrain;
  AlignmentOptions gcv;
  gcv.selection = Selection::kGcv;
  gcv.shared_alpha = true;
  AlignmentOptions cca;
  cca.metric = Metric::kCca;
  cca.pca = 3;
  AlignmentOptions rsa;
  rsa.metric = Metric::kRsa;
  return {strict, paper, one_basis, to_brain, gcv, cca, rsa};
}

TEST(InvarianceTest, ThreadsDoNotChangeABit) {
  SimulatedShape shape;
  shape.times = 12;
  const AlignmentInputs inputs = SimulateRecording(shape);
  for (const AlignmentOptions& options : OptionsOfEachKind()) {
    const AlignmentResult one = Align(inputs, options, 1);
    const AlignmentResult four = Align(inputs, options, 4);
    EXPECT_EQ(one.score_per_fold, four.score_per_fold);
    EXPECT_EQ(one.alpha_counts, four.alpha_counts);
  }
}

TEST(InvarianceTest, TheBudgetOfMemoryDoesNotChangeABit) {
  for (const int words : {200, 2500}) {
    SimulatedShape shape;
    shape.words = words;
    shape.times = 40;  // four to a tile
    shape.dims = 40;
    const AlignmentInputs inputs = SimulateRecording(shape);
    for (AlignmentOptions options : OptionsOfEachKind()) {
      if (options.pca > 0) options.pca = 30;
      AlignmentResources poor;
      poor.threads = 1;
      poor.scratch_folder = testing::TempDir();
      poor.memory_bytes = LeastMemoryBytes(inputs, options, poor);
      const AlignmentResult rich = Align(inputs, options, 2);
      EXPECT_EQ(Align(inputs, options, 1, poor).score_per_fold, rich.score_per_fold);
    }
  }
}

TEST(InvarianceTest, ThreadsDoNotChangeABitWithManyWords) {
  SimulatedShape shape;
  shape.words = 2500;  // beyond what is held in double precision
  shape.times = 3;
  const AlignmentInputs inputs = SimulateRecording(shape);
  for (const AlignmentOptions& options : OptionsOfEachKind()) {
    EXPECT_EQ(Align(inputs, options, 1).score_per_fold, Align(inputs, options, 3).score_per_fold);
  }
}

// Runs the preparations on this thread: of those that are ready always the last.
void PrepareLastFirst(Alignment& alignment) {
  const CancelFlag cancel{false};
  std::vector<Unit> left;
  for (const Unit& unit : alignment.units()) {
    if (unit.kind == UnitKind::kPreparation) left.push_back(unit);
  }
  while (!left.empty()) {
    const auto ready = std::find_if(left.rbegin(), left.rend(),
                                    [](const Unit& unit) { return unit.after.empty(); });
    ASSERT_NE(ready, left.rend());
    const int ended = ready->index;
    ASSERT_TRUE(alignment.Prepare(ended, cancel).ok());
    left.erase(std::next(ready).base());
    for (Unit& unit : left) std::erase(unit.after, ended);
  }
}

TEST(InvarianceTest, OrderOfUnitsDoesNotChangeABit) {
  SimulatedShape shape;
  shape.times = 12;
  const AlignmentInputs inputs = SimulateRecording(shape);
  const CancelFlag cancel{false};
  for (const AlignmentOptions& options : OptionsOfEachKind()) {
    auto alignment = Alignment::Create(inputs, options, nullptr);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    PrepareLastFirst(**alignment);
    std::vector<TileScores> tiles;
    for (int i = static_cast<int>((*alignment)->tiles().size()) - 1; i >= 0; --i) {
      auto scores = (*alignment)->Compute(i, cancel);
      ASSERT_TRUE(scores.ok()) << scores.status();
      tiles.push_back(*std::move(scores));
    }
    EXPECT_EQ((*alignment)->Assemble(tiles, {}).score, Align(inputs, options, 1).score);
  }
}

TEST(InvarianceTest, EpochsGiveTheSameBitsAsTheRecordingTheyAreCutFrom) {
  const AlignmentInputs recording = SimulateRecording({});
  const AlignmentInputs epochs = AsEpochs(recording);
  for (const AlignmentOptions& options : OptionsOfEachKind()) {
    EXPECT_EQ(Align(recording, options, 1).score_per_fold,
              Align(epochs, options, 1).score_per_fold);
  }
}

TEST(InvarianceTest, ScalesOfSensorsDoNotMatterToAnyMetric) {
  // Tesla or femtotesla, gradiometer or magnetometer: sensors are z-scored.
  const AlignmentInputs inputs = AsEpochs(SimulateRecording({}));
  AlignmentInputs scaled = inputs;
  std::vector<double> values = inputs.brain.epochs.ToDoubles();
  const std::int64_t sensors = inputs.brain.epochs.dim(1);
  const std::int64_t times = inputs.brain.epochs.dim(2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto sensor = static_cast<std::int64_t>(i) / times % sensors;
    values[i] = values[i] * (sensor % 2 == 0 ? 1e-13 : 1e-11) + 1e-12;
  }
  scaled.brain.epochs = TensorOfDoubles(inputs.brain.epochs.spec().shape, values);
  for (Metric metric :
       {Metric::kPearson, Metric::kCosine, Metric::kR2, Metric::kCca, Metric::kCkaDebiased}) {
    AlignmentOptions options;
    options.metric = metric;
    const AlignmentResult a = Align(inputs, options, 1);
    const AlignmentResult b = Align(scaled, options, 1);
    for (std::size_t i = 0; i < a.score.size(); ++i) EXPECT_NEAR(a.score[i], b.score[i], 1e-9);
  }
}

TEST(InvarianceTest, ManyWordsAgreeWhetherHeldInFloatOrDouble) {
  // The first 2,000 words are held in double precision. Repeating every word
  // makes 4,000, held in float; with a fixed alpha twice as large and contiguous
  // folds the regressions are the same.
  SimulatedShape shape;
  shape.words = 2000;
  shape.times = 2;
  const AlignmentInputs once = AsEpochs(SimulateRecording(shape));
  AlignmentInputs twice = once;
  const auto repeat = [](const Tensor& tensor) {
    const std::vector<double> values = tensor.ToDoubles();
    std::vector<std::int64_t> dims = tensor.spec().shape;
    const std::size_t row = values.size() / static_cast<std::size_t>(dims[0]);
    std::vector<float> repeated;
    for (std::size_t i = 0; i < values.size(); i += row) {
      for (int copy = 0; copy < 2; ++copy) {
        for (std::size_t j = 0; j < row; ++j) repeated.push_back(static_cast<float>(values[i + j]));
      }
    }
    dims[0] *= 2;
    return TensorOfFloats(dims, repeated);
  };
  twice.brain.epochs = repeat(once.brain.epochs);
  for (LayerInput& layer : twice.layers) layer.activations = repeat(layer.activations);
  twice.brain.onsets_seconds.clear();
  twice.brain.groups.clear();
  AlignmentInputs plain = once;
  plain.brain.onsets_seconds.clear();
  plain.brain.groups.clear();
  AlignmentOptions options;
  options.selection = Selection::kFixed;
  options.alphas = {100};
  AlignmentOptions doubled = options;
  doubled.alphas = {200};
  const AlignmentResult a = Align(plain, options, 1);
  const AlignmentResult b = Align(twice, doubled, 1);
  for (std::size_t i = 0; i < a.score.size(); ++i) EXPECT_NEAR(a.score[i], b.score[i], 1e-6);
}

// The same layers, of `rank` dimensions of their own that the others are sums of.
void MakeLowRank(AlignmentInputs& inputs, int rank) {
  for (LayerInput& layer : inputs.layers) {
    const std::int64_t width = layer.activations.dim(1);
    std::vector<double> values = layer.activations.ToDoubles();
    for (std::size_t word = 0; word < values.size(); word += static_cast<std::size_t>(width)) {
      for (std::int64_t d = rank; d < width; ++d) {
        double& value = values[word + static_cast<std::size_t>(d)];
        value = 0;
        for (int of = 0; of < rank; ++of) {
          value += std::cos(static_cast<double>(d * (of + 1))) *
                   values[word + static_cast<std::size_t>(of)];
        }
      }
    }
    std::vector<float> rounded(values.begin(), values.end());
    layer.activations = TensorOfFloats(layer.activations.spec().shape, rounded);
  }
}

// Components beyond the rank are constant: as targets they score 0, and as features they add
// nothing. Words are held in double or in single precision, components come from sums or from
// words.
TEST(InvarianceTest, ComponentsBeyondTheRankAreConstant) {
  constexpr int kRank = 4;
  constexpr int kAsked = 10;
  struct Size {
    int words;
    int dims;
  };
  for (const auto& [words, dims] :
       {Size{300, 24}, Size{100, 120}, Size{2500, 24}, Size{2500, 420}}) {
    SimulatedShape shape;
    shape.words = words;
    shape.dims = dims;
    shape.times = 2;
    shape.layers = 2;
    AlignmentInputs inputs = SimulateRecording(shape);
    MakeLowRank(inputs, kRank);
    for (const Preset preset : {Preset::kStrict, Preset::kPaper}) {
      AlignmentOptions options;
      options.preset = preset;
      options.pca = kRank;
      const AlignmentResult of_rank = Align(inputs, options, 1);
      options.pca = kAsked;
      const AlignmentResult asked = Align(inputs, options, 2);
      EXPECT_EQ(of_rank.constant_targets, 0);
      EXPECT_EQ(asked.constant_targets, (kAsked - kRank) * 5 * 2 * 2) << words << " " << dims;
      options.direction = Direction::kModelToBrain;
      const AlignmentResult to_brain = Align(inputs, options, 1);
      options.pca = kRank;
      const AlignmentResult to_brain_of_rank = Align(inputs, options, 1);
      for (std::size_t i = 0; i < asked.score.size(); ++i) {
        EXPECT_NEAR(asked.score[i], of_rank.score[i] * kRank / kAsked, 1e-6)
            << words << " " << dims;
        EXPECT_NEAR(to_brain.score[i], to_brain_of_rank.score[i], 1e-6) << words << " " << dims;
      }
    }
  }
}

// Sensors `begin` to `begin` + `count` of a recording.
AlignmentInputs WithSensors(AlignmentInputs inputs, std::int64_t begin, std::int64_t count) {
  Tensor& recording = inputs.brain.continuous;
  const std::int64_t samples = recording.dim(1);
  std::vector<float> values;
  for (std::int64_t at = begin * samples; at < (begin + count) * samples; ++at) {
    values.push_back(static_cast<float>(recording.At(at)));
  }
  recording = TensorOfFloats({count, samples}, values);
  return inputs;
}

// More sensors than are processed at a time, such as voxels: their scores, penalties and nulls are
// those of fewer sensors.
TEST(InvarianceTest, ManySensorsArePredictedAsFewOnesAre) {
  constexpr std::int64_t kSensors = 1300;
  constexpr std::int64_t kFirst = 900;
  for (const int words : {150, 2100}) {
    for (const bool has_nuisance : {false, true}) {
      if (has_nuisance && words > 200) continue;  // held in float64 as well
      SimulatedShape shape;
      shape.words = words;
      shape.sensors = kSensors;
      shape.times = 2;
      shape.layers = 1;
      shape.dims = 5;
      AlignmentInputs inputs = SimulateRecording(shape);
      AlignmentOptions options;
      options.direction = Direction::kModelToBrain;
      options.arrays = {"per_sensor"};
      options.alphas = {1, 100, 10000};
      options.uncertainty.nulls = 2;
      if (has_nuisance) {
        options.nuisance = {"position"};
        std::vector<double> positions;
        for (int word = 0; word < words; ++word) positions.push_back(std::sin(word));
        inputs.nuisance = TensorOfDoubles({words, 1}, positions);
      }
      const AlignmentResult all = Align(inputs, options, 2);
      const AlignmentResult parts[] = {
          Align(WithSensors(inputs, 0, kFirst), options, 2),
          Align(WithSensors(inputs, kFirst, kSensors - kFirst), options, 2)};
      const double tolerance = words > 200 ? 1e-5 : 1e-9;
      for (std::size_t t = 0; t < 2; ++t) {
        for (std::int64_t sensor = 0; sensor < kSensors; ++sensor) {
          const bool is_first = sensor < kFirst;
          const auto width = static_cast<std::size_t>(is_first ? kFirst : kSensors - kFirst);
          const auto at = static_cast<std::size_t>(is_first ? sensor : sensor - kFirst);
          ASSERT_NEAR(all.score_per_sensor[t * kSensors + static_cast<std::size_t>(sensor)],
                      parts[is_first ? 0 : 1].score_per_sensor[t * width + at], tolerance)
              << words << " words, time " << t << ", sensor " << sensor;
        }
      }
      const double share = static_cast<double>(kFirst) / kSensors;
      ASSERT_EQ(all.null_scores.size(), 4U);
      for (std::size_t i = 0; i < all.null_scores.size(); ++i) {
        EXPECT_NEAR(all.null_scores[i],
                    share * parts[0].null_scores[i] + (1 - share) * parts[1].null_scores[i],
                    tolerance);
      }
      if (words > 200) continue;  // near ties may be decided in other company
      for (std::size_t a = 0; a < all.alpha_counts.size(); ++a) {
        EXPECT_EQ(all.alpha_counts[a], parts[0].alpha_counts[a] + parts[1].alpha_counts[a]);
      }
    }
  }
}

}  // namespace
}  // namespace brainalign
