// The memory that alignments really take, against their plans. Each test runs in a
// process of its own: what an earlier one gave back must not serve a later one.
#include <malloc.h>

#include <cstdio>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "bench/job/anonymous_memory.h"
#include "core/align/alignment.h"
#include "core/align/brain_cache.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

struct Case {
  std::string name;
  SimulatedShape shape;
  AlignmentOptions options;
  int threads = 1;
  bool least = false;  // with the least memory that the planner can do with
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

AlignmentOptions Gcv() {
  AlignmentOptions options;
  options.selection = Selection::kGcv;
  return options;
}

class MemoryTest : public testing::TestWithParam<Case> {};

TEST_P(MemoryTest, PeakIsWhatThePlanSays) {
  const Case& now = GetParam();
  const AlignmentInputs inputs = SimulateRecording(now.shape);
  malloc_trim(0);  // what making them has left
  AlignmentResources resources;
  resources.threads = now.threads;
  resources.scratch_folder = testing::TempDir();
  if (now.least) {
    resources.memory_bytes = 1;
    const auto refused = Alignment::Create(inputs, now.options, nullptr, resources);
    const std::string message(refused.status().message());
    resources.memory_bytes = std::stoll(message.substr(message.find(" with is ") + 9));
  }
  const std::int64_t before = AnonymousBytes();
  if (before < 0) GTEST_SKIP() << "the system does not tell resident memory";
  AnonymousMemoryPeak peak;
  const auto alignment = Alignment::Create(inputs, now.options, nullptr, resources);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel{false};
  ASSERT_TRUE(RunAlignment(**alignment, now.threads, cancel, nullptr).ok());
  const double taken = static_cast<double>(peak.Stop() - before);
  const auto planned = static_cast<double>((*alignment)->plan().peak_bytes());
  RecordProperty("taken_bytes", std::to_string(static_cast<std::int64_t>(taken)));
  RecordProperty("planned_bytes", std::to_string(static_cast<std::int64_t>(planned)));
  std::printf("%s: %.1f MiB of %.1f planned\n", now.name.c_str(), taken / (1 << 20),
              planned / (1 << 20));
  EXPECT_LE(taken, planned);
  EXPECT_GE(taken, 0.4 * planned);
}

class CacheMemoryTest : public testing::TestWithParam<Case> {};

TEST_P(CacheMemoryTest, KeptBrainTakesWhatIsCounted) {
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
    testing::Values(Case{"ComponentsPerFold", Shape(3000, 16, 8, 2, 1200),
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
                         Options(Preset::kStrict, Direction::kModelToBrain, 0), 1}),
    [](const testing::TestParamInfo<Case>& one) { return one.param.name; });

}  // namespace
}  // namespace brainalign
