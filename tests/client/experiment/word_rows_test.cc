// What a folder's word table and its recording have of each other.
#include "client/experiment/word_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "client/experiment/experiment.h"
#include "core/tensor/format/npy.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename T>
Tensor TensorOf(DType dtype, const std::vector<T>& values, std::vector<std::int64_t> shape = {}) {
  if (shape.empty()) shape = {std::ssize(values)};
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return *Tensor::FromBytes({dtype, std::move(shape), Order::kC}, std::move(bytes));
}

// A recording of 3 words and 2 sensors.
class FolderOfWordsTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("continuous.npy", TensorOf<float>(DType::kF32, std::vector<float>(200, 1), {2, 100}));
    Write("sfreq.npy", TensorOf<double>(DType::kF64, {30}));
    Write("onsets.npy", TensorOf<double>(DType::kF64, {1, 1.5, 2}));
    Write("times.npy", TensorOf<double>(DType::kF64, {0, 0.1}));
  }

  void Write(const std::string& name, const Tensor& tensor) {
    ASSERT_TRUE(WriteNpy(folder_.Path(name), tensor).ok()) << name;
  }

  void Remove(const std::string& name) { std::filesystem::remove(folder_.Path(name)); }

  Experiment Load() {
    absl::StatusOr<Experiment> experiment = LoadRecording(folder_.path());
    EXPECT_TRUE(experiment.ok()) << experiment.status();
    return experiment.ok() ? *std::move(experiment) : Experiment();
  }

  std::string Refusal() {
    const absl::StatusOr<Experiment> experiment = LoadRecording(folder_.path());
    EXPECT_FALSE(experiment.ok());
    return std::string(experiment.status().message());
  }

  ScratchFolder folder_;
};

TEST_F(FolderOfWordsTest, TheWordTableStandsInForOnsetsAndGroups) {
  Remove("onsets.npy");
  folder_.Write("words.tsv",
                "word\tonset\tsession\tonset_sample\na\t1\tx\t7\nb\t1.5\ty\t8\nc\t2\tx\t9\n");
  const Experiment experiment = Load();
  EXPECT_THAT(experiment.inputs.brain.onsets_seconds, ElementsAre(1, 1.5, 2));
  EXPECT_THAT(experiment.inputs.brain.groups, ElementsAre(0, 1, 0));
  EXPECT_THAT(experiment.inputs.brain.sessions, IsEmpty());
  EXPECT_EQ(experiment.words.size(), 4u);
  EXPECT_THAT(experiment.notes, testing::Contains(HasSubstr("Onsets are those of column onset")));
  EXPECT_THAT(experiment.notes, testing::Contains(HasSubstr("Groups are those of column session")));
  Write("groups.npy", TensorOf<std::int32_t>(DType::kI32, {4, 5, 6}));
  EXPECT_THAT(Load().inputs.brain.groups, ElementsAre(4, 5, 6));
  folder_.Write("words.tsv", "word\tonset\na\t1\nb\tn/a\nc\t2\n");
  EXPECT_THAT(Refusal(), HasSubstr("word 1 ('b') has no onset"));
  folder_.Write("words.tsv", "word\tonset\na\tearly\nb\tlate\nc\t2\n");
  EXPECT_THAT(Refusal(), HasSubstr("has texts in column onset"));
  folder_.Write("words.tsv", "word\na\nb\nc\n");
  EXPECT_THAT(Refusal(), HasSubstr("onsets.npy is missing"));
}

TEST_F(FolderOfWordsTest, AWordTableOfOtherWordsIsRefusedWithTheFirstThatDiffers) {
  folder_.Write("words.tsv", "word\tonset\na\t1.0004\nb\t1.5\nc\t2\n");
  EXPECT_THAT(Load().inputs.brain.onsets_seconds, ElementsAre(1, 1.5, 2));
  folder_.Write("words.tsv", "word\tonset\na\t1\nb\t1.6\nc\t2.5\n");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("word 1 ('b') begins at 1.6 s"),
                               HasSubstr("at 1.5 s in onsets.npy")));
  // One word more in its middle.
  folder_.Write("words.tsv", "word\tonset\na\t1\nx\t1.2\nb\t1.5\nc\t2\n");
  EXPECT_THAT(Refusal(), HasSubstr("word 1 ('x') begins at 1.2 s"));
  folder_.Write("words.tsv", "word\tonset\na\t1\nb\t1.5\n");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("has 2 rows"), HasSubstr("the recording has 3 words")));
}

}  // namespace
}  // namespace brainalign
