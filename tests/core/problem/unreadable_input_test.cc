// A file that is made shorter under an alignment: an error, and nothing is made of the zeros
// that stand in for it.
#include "core/problem/unreadable_input.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/align/alignment.h"
#include "core/align/brain_cache.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/mapped_faults.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/least_memory.h"
#include "tests/core/align/simulated_inputs.h"
#include "tests/core/linalg/scratch_file.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr int kTimes = 12;

class UnreadableInputTest : public testing::Test {
 protected:
  void SetUp() override {
    InstallMappedFaultHandler();
    SimulatedShape shape;
    shape.times = kTimes;
    in_memory_ = SimulateRecording(shape);
    in_memory_.brain.digest = "a recording";
    Write();
  }

  // The files, whole.
  void Write() {
    ASSERT_TRUE(WriteNpy(brain_path_, in_memory_.brain.continuous).ok());
    for (std::size_t l = 0; l < in_memory_.layers.size(); ++l) {
      ASSERT_TRUE(WriteNpy(LayerPath(l), in_memory_.layers[l].activations).ok());
    }
  }

  std::string LayerPath(std::size_t layer) const {
    return folder_.Path(absl::StrCat("layer", layer, ".npy"));
  }

  // The inputs as views of the files.
  AlignmentInputs Map() const {
    AlignmentInputs inputs = in_memory_;
    inputs.brain.continuous = *OpenNpy(brain_path_);
    for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
      inputs.layers[l].activations = *OpenNpy(LayerPath(l));
    }
    return inputs;
  }

  static std::unique_ptr<Alignment> Make(AlignmentInputs inputs,
                                         const AlignmentOptions& options = {},
                                         std::shared_ptr<BrainCache> cache = nullptr) {
    AlignmentResources resources;
    resources.brain_cache = std::move(cache);
    auto alignment = Alignment::Create(std::move(inputs), options, nullptr, resources);
    EXPECT_TRUE(alignment.ok()) << alignment.status();
    return *std::move(alignment);
  }

  void ExpectUnreadable(const absl::Status& status, const std::string& field,
                        const std::string& path) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(UnreadableField(status), field);
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(field, ": ", path)));
  }

  ScratchFolder folder_;
  const std::string brain_path_ = folder_.Path("brain.npy");
  AlignmentInputs in_memory_;
  const CancelFlag cancel_{false};
};

TEST_F(UnreadableInputTest, IsNoProblemOfTheValues) {
  for (const bool is_brain : {true, false}) {
    Write();
    const AlignmentInputs inputs = Map();
    const std::string path = is_brain ? brain_path_ : LayerPath(1);
    std::filesystem::resize_file(path, 0);
    std::vector<FieldProblem> problems;
    const auto alignment = Alignment::Create(inputs, {}, &problems);
    ExpectUnreadable(alignment.status(), is_brain ? "brain.continuous" : "layers[1].activations",
                     path);
    EXPECT_THAT(problems, IsEmpty());
  }
}

TEST_F(UnreadableInputTest, LayerMakesAnErrorOfWhateverReadsIt) {
  for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
    for (const int components : {0, 3}) {
      Write();
      AlignmentOptions options;
      options.direction = direction;
      options.pca = components;
      const auto alignment = Make(Map(), options);
      std::filesystem::resize_file(LayerPath(1), 0);
      const auto result = RunAlignment(*alignment, 2, cancel_, nullptr);
      ExpectUnreadable(result.status(), "layers[1].activations", LayerPath(1));
    }
  }
}

TEST_F(UnreadableInputTest, NoTileAfterTheLastOneThatWasReadWhole) {
  for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
    Write();
    AlignmentOptions options;
    options.direction = direction;
    const auto expected = RunAlignment(*Make(in_memory_, options), 1, cancel_, nullptr);
    ASSERT_TRUE(expected.ok()) << expected.status();
    const auto alignment = Make(Map(), options);
    ASSERT_GT(alignment->tiles().size(), 2u);
    std::vector<TileScores> tiles;
    const auto result = RunAlignment(*alignment, 1, cancel_, [&](const TileScores& tile) {
      tiles.push_back(tile);
      std::filesystem::resize_file(brain_path_, 0);
    });
    ExpectUnreadable(result.status(), "brain.continuous", brain_path_);
    ASSERT_EQ(tiles.size(), 1u);
    EXPECT_EQ(tiles[0].score[0], expected->score[0]);
    // No later try is better off, however much of it were read again.
    Write();
    ExpectUnreadable(alignment->Compute(0, cancel_).status(), "brain.continuous", brain_path_);
  }
}

TEST_F(UnreadableInputTest, ScratchFileThatFailsMakesAnErrorOfWhateverReadsIt) {
  for (const Direction direction : {Direction::kBrainToModel, Direction::kModelToBrain}) {
    SimulatedShape shape;
    shape.words = 600;
    shape.times = kTimes;
    shape.layers = 8;
    shape.dims = 60;
    const AlignmentInputs inputs = SimulateRecording(shape);
    AlignmentOptions options;
    options.direction = direction;
    options.pca = 50;
    AlignmentResources resources;
    resources.threads = 1;
    resources.scratch_folder = folder_.path();
    resources.memory_bytes = LeastMemoryBytes(inputs, options, resources);
    const auto alignment = Alignment::Create(inputs, options, nullptr, resources);
    ASSERT_TRUE(alignment.ok()) << alignment.status();
    ASSERT_TRUE((*alignment)->plan().columns_in_file);
    int tiles = 0;
    const auto result = RunAlignment(**alignment, 1, cancel_, [&](const TileScores&) {
      if (++tiles == 1) {
        EXPECT_GT(CutScratchFiles(folder_.path()), 0);
      }
    });
    EXPECT_TRUE(absl::IsUnavailable(result.status())) << result.status();
    EXPECT_THAT(std::string(result.status().message()), HasSubstr(folder_.path()));
    EXPECT_EQ(tiles, 1);
  }
}

TEST_F(UnreadableInputTest, NothingOfItIsKeptForOtherAlignments) {
  const auto expected = RunAlignment(*Make(in_memory_), 1, cancel_, nullptr);
  ASSERT_TRUE(expected.ok()) << expected.status();
  const auto cache = std::make_shared<BrainCache>(std::int64_t{1} << 30);
  {
    const auto alignment = Make(Map(), {}, cache);
    std::int64_t entries = -1;
    const auto result = RunAlignment(*alignment, 1, cancel_, [&](const TileScores&) {
      entries = cache->counts().entries;
      std::filesystem::resize_file(brain_path_, 0);
    });
    ExpectUnreadable(result.status(), "brain.continuous", brain_path_);
    EXPECT_GT(entries, 0);
    EXPECT_EQ(cache->counts().entries, entries);
  }
  Write();
  const auto alignment = Make(Map(), {}, cache);
  const auto result = RunAlignment(*alignment, 1, cancel_, nullptr);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_GT(alignment->brain_reuse().times, 0);
  EXPECT_LT(alignment->brain_reuse().times, kTimes);
  EXPECT_EQ(result->score_per_fold, expected->score_per_fold);
}

}  // namespace
}  // namespace brainalign
