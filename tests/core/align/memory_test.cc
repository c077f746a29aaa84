// The memory that alignments really take, against their plans. Each test runs in a
// process of its own: what an earlier one gave back must not serve a later one.
#include <malloc.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/job/anonymous_memory.h"
#include "core/align/alignment.h"
#include "core/align/brain_cache.h"
#include "core/tensor/freed_memory.h"
#include "gtest/gtest.h"
#include "tests/core/align/least_memory.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

struct Case {
  std::string name;
  SimulatedShape shape;
  AlignmentOptions options;
  int threads = 1;
  bool least = false;             // with the least memory that the planner can do with
  std::int64_t budget_bytes = 0;  // 0: no limit
  int narrower = 0;               // by how many dimensions each layer is than the one before it
};

// For the names of the tests.
void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

SimulatedShape Shape(int words, int sensors, int times, int layers, int dims) {
  SimulatedShape shape;
  shape.words = words;
  shape.sensors = sensors;
  shape.times = times;
  shape.layers = layers;
  shape.dims = dims;
  shape.decay = 1;
  return shape;
}

AlignmentOptions Options(Preset preset, Direction direction, int pca) {
  AlignmentOptions options;
  options.preset = preset;
  options.direction = direction;
  options.pca = pca;
  return options;
}

AlignmentOptions Gcv(Direction direction = Direction::kBrainToModel) {
  AlignmentOptions options;
  options.direction = direction;
  options.selection = Selection::kGcv;
  return options;
}

// The inputs, layer l without its last l * `narrower` dimensions.
AlignmentInputs Inputs(const Case& now) {
  AlignmentInputs inputs = SimulateRecording(now.shape);
  for (std::size_t l = 0; l < inputs.layers.size() && now.narrower > 0; ++l) {
    Tensor& activations = inputs.layers[l].activations;
    const std::int64_t given = activations.dim(1);
    const std::int64_t kept = given - static_cast<std::int64_t>(l) * now.narrower;
    std::vector<float> values;
    for (std::int64_t word = 0; word < activations.dim(0); ++word) {
      for (std::int64_t d = 0; d < kept; ++d) {
        values.push_back(static_cast<float>(activations.At(word * given + d)));
      }
    }
    activations = TensorOfFloats({activations.dim(0), kept}, values);
  }
  if (const std::size_t count = now.options.nuisance.size(); count > 0) {
    std::vector<double> values(static_cast<std::size_t>(now.shape.words) * count);
    std::mt19937_64 random(7);
    for (double& value : values) value = static_cast<double>(random() % 1000);
    inputs.nuisance = TensorOfDoubles({now.shape.words, static_cast<std::int64_t>(count)}, values);
  }
  return inputs;
}

// Runs `now` on `inputs`; what it took, and its plan.
struct Taken {
  double taken = 0;
  double planned = 0;
};
Taken MeasureOn(const AlignmentInputs& inputs, const Case& now) {
  malloc_trim(0);  // what making the inputs has left
  AlignmentResources resources;
  resources.threads = now.threads;
  resources.scratch_folder = testing::TempDir();
  if (now.budget_bytes > 0) resources.memory_bytes = now.budget_bytes;
  if (now.least) resources.memory_bytes = LeastMemoryBytes(inputs, now.options, resources);
  const std::int64_t before = AnonymousBytes();
  AnonymousMemoryPeak peak;
  const auto alignment = Alignment::Create(inputs, now.options, nullptr, resources);
  EXPECT_TRUE(alignment.ok()) << alignment.status();
  if (!alignment.ok()) return {};
  const CancelFlag cancel{false};
  EXPECT_TRUE(RunAlignment(**alignment, now.threads, cancel, nullptr).ok());
  const Taken result = {static_cast<double>(peak.Stop() - before),
                        static_cast<double>((*alignment)->plan().peak_bytes())};
  EXPECT_LE(result.planned, static_cast<double>(resources.memory_bytes));
  std::printf("%s: %.1f MiB of %.1f planned\n", now.name.c_str(), result.taken / (1 << 20),
              result.planned / (1 << 20));
  return result;
}

Taken Measure(const Case& now) {
  KeepFreedMemory();  // as the programs do
  return MeasureOn(Inputs(now), now);
}

class MemoryTest : public testing::TestWithParam<Case> {};

TEST_P(MemoryTest, PeakIsWhatThePlanSays) {
  if (AnonymousBytes() < 0) GTEST_SKIP() << "the system does not tell resident memory";
  const Taken result = Measure(GetParam());
  EXPECT_LE(result.taken, result.planned);
  EXPECT_GE(result.taken, 0.4 * result.planned);
}

AlignmentOptions WithUncertainty(AlignmentOptions options, int draws) {
  options.uncertainty.nulls = 30;
  options.uncertainty.draws = draws;
  return options;
}

AlignmentOptions NullsOf(Metric metric, int pca) {
  AlignmentOptions options;
  options.metric = metric;
  options.pca = pca;
  return WithUncertainty(options, /*draws=*/0);
}

AlignmentOptions DetrendedNullsOf(Metric metric, int degree) {
  AlignmentOptions options = NullsOf(metric, 0);
  options.uncertainty.detrend = degree;
  return options;
}

AlignmentOptions WithGeneralisation(AlignmentOptions options) {
  options.time_generalisation = true;
  return options;
}

AlignmentOptions WithNuisance(AlignmentOptions options, int columns) {
  for (int c = 0; c < columns; ++c) options.nuisance.push_back("column " + std::to_string(c));
  return options;
}

class UncertaintyMemoryTest : public testing::TestWithParam<Case> {};

TEST_P(UncertaintyMemoryTest, PeakIsWithinThePlan) {
  if (AnonymousBytes() < 0) GTEST_SKIP() << "the system does not tell resident memory";
  const Taken result = Measure(GetParam());
  EXPECT_LE(result.taken, result.planned);
}

// Shapes drawn at random: few and many words, sensors and dimensions, in both directions.
Case Draw(int seed) {
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  const auto below = [&](int count) {
    return static_cast<int>(random() % static_cast<std::uint64_t>(count));
  };
  const auto one_of = [&](std::initializer_list<int> values) {
    return *(values.begin() + below(static_cast<int>(values.size())));
  };
  Case drawn;
  drawn.name = "seed " + std::to_string(seed);
  const int words = one_of({150, 400, 900, 2100, 3000});
  const bool many_sensors = words < 1000 && below(3) == 0;
  const int sensors = many_sensors ? 2500 : one_of({5, 40, 150});
  const int dims = many_sensors ? one_of({20, 120}) : one_of({20, 120, 700, 1000});
  drawn.shape = Shape(words, sensors, 1 + below(6), 1 + below(many_sensors ? 2 : 4), dims);
  AlignmentOptions& options = drawn.options;
  options.preset = below(2) == 0 ? Preset::kPaper : Preset::kStrict;
  options.direction = below(2) == 0 ? Direction::kBrainToModel : Direction::kModelToBrain;
  if (below(2) == 0) options.pca = 1 + below(std::min(dims, 100));
  const int selection = below(4);
  if (selection == 0) options.selection = Selection::kGcv;
  if (selection == 1) options.selection = Selection::kLoo;
  if (selection == 2) options.selection = Selection::kBlocked;
  options.shared_alpha = below(4) == 0;
  drawn.threads = below(2) == 0 ? 1 : 4;
  drawn.least = below(2) == 0;
  drawn.narrower = below(2) == 0 ? 0 : dims / 100;
  return drawn;
}

class DrawnMemoryTest : public testing::TestWithParam<int> {};

TEST_P(DrawnMemoryTest, PeakIsWithinThePlan) {
  if (AnonymousBytes() < 0) GTEST_SKIP() << "the system does not tell resident memory";
  const Case drawn = Draw(GetParam());
  const SimulatedShape& shape = drawn.shape;
  SCOPED_TRACE(testing::Message() << shape.words << " words, " << shape.sensors << " sensors, "
                                  << shape.times << " times, " << shape.layers << " layers of "
                                  << shape.dims << ", pca " << drawn.options.pca);
  const Taken result = Measure(drawn);
  EXPECT_LE(result.taken, result.planned);
}

// Volumes of fMRI: an epoch of one time for each row.
AlignmentInputs Volumes(int rows, int voxels, int dims) {
  std::uint32_t state = 1;
  const auto values = [&](std::size_t count) {
    std::vector<float> made(count);
    for (float& value : made) {
      state = state * 1664525 + 1013904223;
      value = static_cast<float>(state >> 16);
    }
    return made;
  };
  AlignmentInputs inputs;
  inputs.brain.epochs = TensorOfFloats(
      {rows, voxels, 1}, values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(voxels)));
  inputs.brain.times_seconds = {0};
  inputs.layers.push_back(
      {TensorOfFloats({rows, dims}, values(static_cast<std::size_t>(rows * dims))), 1, "layer"});
  return inputs;
}

// Voxels are fitted in stretches, so that their number hardly matters: the volumes themselves take
// 114 MiB, and as standardised numbers in float64 would take 229.
TEST(VoxelMemoryTest, OneHundredThousandVoxelsNeedLittleMoreThanTheirResult) {
  if (AnonymousBytes() < 0) GTEST_SKIP() << "the system does not tell resident memory";
  KeepFreedMemory();
  const Case now = {"Voxels", Shape(300, 100000, 1, 1, 50),
                    Options(Preset::kStrict, Direction::kModelToBrain, 0)};
  const Taken result = MeasureOn(Volumes(now.shape.words, now.shape.sensors, now.shape.dims), now);
  EXPECT_LE(result.taken, result.planned);
  EXPECT_LE(result.planned, 128 << 20);
}

class CacheMemoryTest : public testing::TestWithParam<Case> {};

TEST_P(CacheMemoryTest, CachedBrainTakesWhatIsCounted) {
  const Case& now = GetParam();
  AlignmentInputs inputs = SimulateRecording(now.shape);
  inputs.brain.digest = "a recording";
  const auto cache = std::make_shared<BrainCache>(std::int64_t{4} << 30);
  const auto run = [&](std::shared_ptr<BrainCache> kept) {
    AlignmentResources resources;
    resources.brain_cache = std::move(kept);
    const auto alignment = Alignment::Create(inputs, now.options, nullptr, resources);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    const CancelFlag cancel{false};
    ASSERT_TRUE(RunAlignment(**alignment, now.threads, cancel, nullptr).ok());
  };
  run(nullptr);  // what the libraries keep
  malloc_trim(0);
  const std::int64_t before = AnonymousBytes();
  if (before < 0) GTEST_SKIP() << "the system does not tell resident memory";
  run(cache);
  malloc_trim(0);
  const auto taken = static_cast<double>(AnonymousBytes() - before);
  const auto counted = static_cast<double>(cache->counts().held_bytes);
  std::printf("%s: %.1f MiB of %.1f counted\n", now.name.c_str(), taken / (1 << 20),
              counted / (1 << 20));
  EXPECT_EQ(cache->counts().entries, now.shape.times);
  EXPECT_NEAR(taken, counted, 0.05 * counted + (2 << 20));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CacheMemoryTest,
    testing::Values(Case{"Blocked", Shape(2500, 120, 8, 1, 20),
                         Options(Preset::kStrict, Direction::kBrainToModel, 0)},
                    Case{"FewWords", Shape(700, 80, 16, 1, 20),
                         Options(Preset::kStrict, Direction::kBrainToModel, 0)},
                    Case{"Gcv", Shape(2500, 160, 24, 1, 50), Gcv()},
                    Case{"LeaveOneOut", Shape(4000, 100, 20, 1, 50),
                         Options(Preset::kPaper, Direction::kBrainToModel, 0)}),
    [](const testing::TestParamInfo<Case>& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Shapes, MemoryTest,
    testing::Values(
        Case{"ComponentsPerFold", Shape(3000, 16, 8, 2, 1200),
             Options(Preset::kStrict, Direction::kBrainToModel, 20), 1},
        Case{"ComponentsPerFoldOfManyLayers", Shape(3000, 16, 8, 6, 1200),
             Options(Preset::kStrict, Direction::kBrainToModel, 20), 4},
        Case{"ComponentsOfAllWords", Shape(3000, 16, 8, 2, 1600),
             Options(Preset::kPaper, Direction::kBrainToModel, 20), 2},
        Case{"BlockedTiles", Shape(4000, 160, 40, 2, 200),
             Options(Preset::kStrict, Direction::kBrainToModel, 20), 2},
        Case{"BlockedTilesInLeastMemory", Shape(4000, 160, 40, 2, 200),
             Options(Preset::kStrict, Direction::kBrainToModel, 20), 2, true},
        Case{"LeaveOneOutTiles", Shape(9000, 120, 12, 2, 200),
             Options(Preset::kPaper, Direction::kBrainToModel, 20), 1},
        Case{"ManyTargets", Shape(5000, 40, 12, 2, 1500),
             Options(Preset::kStrict, Direction::kBrainToModel, 0), 1},
        Case{"ModelToBrain", Shape(4000, 100, 20, 1, 300),
             Options(Preset::kStrict, Direction::kModelToBrain, 0), 1},
        Case{"LayersOfDifferentWidths", Shape(2100, 8, 2, 8, 1000),
             Options(Preset::kStrict, Direction::kBrainToModel, 20), 1, true, 0, 8},
        Case{"LayersOfDifferentWidthsOnThreads", Shape(2100, 8, 2, 8, 1000),
             Options(Preset::kStrict, Direction::kBrainToModel, 20), 4, false, 200 << 20, 8},
        Case{"FewWordsOfManySensors", Shape(400, 20000, 2, 1, 20), Gcv(), 1, true},
        Case{"FewWordsOfManySensorsOnThreads", Shape(300, 8000, 8, 1, 20), Gcv(), 4},
        Case{"FewWordsOfWideLayers", Shape(400, 20, 3, 2, 12000), Gcv(Direction::kModelToBrain), 1},
        Case{"FewWordsOfWideLayersOnThreads", Shape(300, 20, 3, 4, 6000),
             Gcv(Direction::kModelToBrain), 4},
        Case{"WideLayersAsTheyAre", Shape(3000, 20, 8, 4, 2500), Gcv(), 4}),
    [](const testing::TestParamInfo<Case>& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Shapes, UncertaintyMemoryTest,
    testing::Values(
        Case{"InSinglePrecision", Shape(3000, 60, 12, 3, 120), WithUncertainty(Gcv(), /*draws=*/10),
             2},
        Case{"ComponentsPerFold", Shape(3000, 60, 12, 2, 300),
             WithUncertainty(Options(Preset::kStrict, Direction::kBrainToModel, 20), 10), 1, true},
        Case{"ManyTargets", Shape(3000, 40, 4, 2, 1500), WithUncertainty(Gcv(), 10), 1},
        Case{"FewWordsOfManySensors", Shape(300, 1200, 2, 2, 60), WithUncertainty(Gcv(), 10), 1},
        Case{"ModelToBrain", Shape(3000, 60, 12, 1, 300),
             WithUncertainty(Gcv(Direction::kModelToBrain), 0), 1},
        Case{"Cca", Shape(1500, 40, 2, 2, 200), NullsOf(Metric::kCca, 0), 2},
        Case{"CcaInLeastMemory", Shape(900, 40, 12, 2, 120), NullsOf(Metric::kCca, 60), 1, true},
        Case{"CcaOfWideLayers", Shape(250, 20, 1, 1, 900), NullsOf(Metric::kCca, 0), 1},
        Case{"Cka", Shape(1500, 40, 2, 2, 1100), NullsOf(Metric::kCka, 0), 1},
        Case{"RsaInLeastMemory", Shape(900, 40, 12, 2, 120), NullsOf(Metric::kRsa, 60), 1, true},
        Case{"CkaDetrended", Shape(900, 20, 1, 1, 1100),
             DetrendedNullsOf(Metric::kCka, /*degree=*/20), 1},
        Case{"Generalisation", Shape(3000, 100, 12, 2, 700), WithGeneralisation(Gcv()), 2},
        Case{"GeneralisationInLeastMemory", Shape(2100, 60, 24, 2, 300),
             WithGeneralisation(Options(Preset::kStrict, Direction::kBrainToModel, 20)), 1, true},
        Case{"GeneralisationOfFewWords", Shape(300, 900, 6, 1, 600), WithGeneralisation(Gcv()), 1},
        Case{"GeneralisationInDouble", Shape(1800, 100, 8, 1, 600), WithGeneralisation(Gcv()), 1},
        Case{"Nuisance", Shape(3000, 60, 4, 2, 700), WithNuisance(Gcv(), 8), 2},
        Case{"ManyColumnsOfNuisance", Shape(3000, 40, 4, 2, 300),
             WithNuisance(Options(Preset::kStrict, Direction::kBrainToModel, 20), 300), 1},
        Case{"NuisanceUnderNulls", Shape(3000, 40, 4, 2, 300),
             WithUncertainty(WithNuisance(Gcv(), 20), 10), 1},
        Case{"NuisanceOfManyColumnsUnderNulls", Shape(2100, 20, 2, 1, 1100),
             WithNuisance(NullsOf(Metric::kPearson, 0), 100), 1},
        Case{"NuisanceUnderNullsInLeastMemory", Shape(2100, 60, 12, 2, 300),
             WithNuisance(NullsOf(Metric::kPearson, 20), 20), 1, true},
        Case{"NuisanceUnderNullsInDouble", Shape(900, 40, 2, 1, 1100),
             WithNuisance(NullsOf(Metric::kPearson, 0), 20), 1},
        Case{"Bands", Shape(600, 20, 2, 1, 120),
             WithNuisance(Options(Preset::kStrict, Direction::kModelToBrain, 0), 8), 1},
        Case{"BandsUnderNulls", Shape(600, 40, 4, 1, 120),
             WithUncertainty(
                 WithNuisance(Options(Preset::kStrict, Direction::kModelToBrain, 20), 40), 0),
             2},
        Case{"BandsInTheDual", Shape(150, 20, 2, 1, 400),
             WithNuisance(Options(Preset::kPaper, Direction::kModelToBrain, 0), 8), 1},
        Case{"NuisanceByLeaveOneOut", Shape(3000, 40, 4, 2, 600),
             WithNuisance(Options(Preset::kPaper, Direction::kBrainToModel, 30), 60), 1}),
    [](const testing::TestParamInfo<Case>& one) { return one.param.name; });

INSTANTIATE_TEST_SUITE_P(Seeds, DrawnMemoryTest, testing::Range(0, 24));

}  // namespace
}  // namespace brainalign
