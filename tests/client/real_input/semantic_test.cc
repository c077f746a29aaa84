// 60 nouns: people's judgements of them as one time sample of 228 sensors, BERT and
// word2vec vectors as two layers. Fewer words than features on both sides.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "client/experiment/experiment.h"
#include "core/align/alignment.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/format/safetensors.h"
#include "tests/client/real_input/oracle.h"
#include "tests/client/real_input/real_files.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

struct SemanticCase {
  std::string arguments;  // of the oracle
  AlignmentOptions options;
};

void PrintTo(const SemanticCase& tested, std::ostream* out) { *out << tested.arguments; }

SemanticCase Case(const std::string& arguments, void (*set)(AlignmentOptions&)) {
  SemanticCase tested{arguments, {}};
  set(tested.options);
  return tested;
}

class SemanticTest : public testing::TestWithParam<SemanticCase> {
 protected:
  void SetUp() override {
    if (RealFile("semantic/bert.npy").empty()) GTEST_SKIP() << "the real files are not there";
    bert_ = *OpenNpy(RealFile("semantic/bert.npy"));
    word2vec_ = *OpenNpy(RealFile("semantic/word2vec.npy"));
    const Tensor judgements = *OpenNpy(RealFile("semantic/judgements.npy"));
    ASSERT_EQ(judgements.spec().order, Order::kFortran);
    const Tensor meg = GetParam().options.direction == Direction::kModelToBrain
                           ? SensorsThatVary(judgements)
                           : Reshaped(judgements, {60, 228, 1});
    ASSERT_TRUE(WriteNpy(folder_.Path("meg.npy"), meg).ok());
    ASSERT_TRUE(WriteNpy(folder_.Path("times.npy"), VectorTensor({0})).ok());
    ASSERT_TRUE(WriteSafetensors(folder_.Path("activations.safetensors"),
                                 {{"bert", bert_}, {"word2vec", word2vec_}})
                    .ok());
    std::ofstream(folder_.Path("layers.txt")) << "bert\nword2vec\n";  // their names have no order
  }

  // The sensors that differ between words of each test fold. As a target, one that
  // does not scores 0, while the oracle gives it a cosine, and rounding noise where
  // it is constant on the training words.
  static Tensor SensorsThatVary(const Tensor& judgements) {
    constexpr std::int64_t kFoldWords = 12;
    TensorSpec spec{judgements.dtype(), {60, 0, 1}, Order::kFortran};
    std::vector<std::byte> bytes;
    for (std::int64_t sensor = 0; sensor < judgements.dim(1); ++sensor) {
      bool varies = true;
      for (std::int64_t begin = 0; begin < 60; begin += kFoldWords) {
        bool differs = false;
        for (std::int64_t word = begin + 1; word < begin + kFoldWords; ++word) {
          differs |= judgements.At(sensor * 60 + word) != judgements.At(sensor * 60 + begin);
        }
        varies &= differs;
      }
      if (!varies) continue;
      const std::byte* column = judgements.data() + sensor * 60 * 4;
      bytes.insert(bytes.end(), column, column + std::int64_t{60} * 4);
      ++spec.shape[1];
    }
    EXPECT_GT(spec.shape[1], 100);
    return *Tensor::FromBytes(std::move(spec), std::move(bytes));
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

  // Starts the oracle on one layer alone, since it wants layers of one width.
  std::unique_ptr<OracleRun> StartOracle(const std::string& name, const Tensor& layer) {
    std::filesystem::create_directory(folder_.Path(name));
    for (const char* file : {"meg.npy", "times.npy"}) {
      std::filesystem::copy(folder_.Path(file), folder_.Path(name + "/" + file));
    }
    const Tensor activations = Reshaped(layer, {1, layer.dim(0), layer.dim(1)});
    EXPECT_TRUE(WriteNpy(folder_.Path(name + "/activations.npy"), activations).ok());
    return std::make_unique<OracleRun>(folder_.Path(name), GetParam().arguments);
  }

  const ScratchFolder folder_;
  Tensor bert_;
  Tensor word2vec_;
};

TEST_P(SemanticTest, AgreesWithTheOracle) {
  if (OracleRun::Script().empty()) GTEST_SKIP() << "the oracle is not there";
  const std::unique_ptr<OracleRun> runs[] = {StartOracle("bert", bert_),
                                             StartOracle("word2vec", word2vec_)};
  const AlignmentResult result = Align(GetParam().options);
  ASSERT_EQ(result.layers, 2);
  ASSERT_EQ(result.times, 1);
  EXPECT_THAT(result.layer_names, testing::ElementsAre("bert", "word2vec"));
  for (std::size_t l = 0; l < 2; ++l) {
    const nlohmann::json answer = runs[l]->Answer();
    ASSERT_FALSE(answer.is_discarded()) << "the oracle failed";
    EXPECT_NEAR(result.score[l], answer.at("score").at(0).at(0).get<double>(), 1e-4);
    const nlohmann::json& folds = answer.at("score_per_fold");
    ASSERT_EQ(result.score_per_fold.size(), 2 * folds.size());
    for (std::size_t k = 0; k < folds.size(); ++k) {
      EXPECT_NEAR(result.score_per_fold[2 * k + l], folds.at(k).at(0).at(0).get<double>(), 1e-4);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Options, SemanticTest,
    testing::Values(
        Case("--preset paper", [](AlignmentOptions& o) { o.preset = Preset::kPaper; }),
        Case("--preset strict", [](AlignmentOptions& o) { o.preset = Preset::kStrict; }),
        Case("--preset paper --direction model_to_brain",
             [](AlignmentOptions& o) {
               o.preset = Preset::kPaper;
               o.direction = Direction::kModelToBrain;
             }),
        Case("--preset strict --direction model_to_brain --metric cosine",
             [](AlignmentOptions& o) {
               o.preset = Preset::kStrict;
               o.direction = Direction::kModelToBrain;
               o.metric = Metric::kCosine;
             }),
        Case("--preset strict --pca 20 --metric r2",
             [](AlignmentOptions& o) {
               o.preset = Preset::kStrict;
               o.pca = 20;
               o.metric = Metric::kR2;
             }),
        Case("--preset paper --pca 12 --folds 4 --alphas 0.5,300", [](AlignmentOptions& o) {
          o.preset = Preset::kPaper;
          o.pca = 12;
          o.folds = 4;
          o.alphas = {0.5, 300};
        })));

}  // namespace
}  // namespace brainalign
