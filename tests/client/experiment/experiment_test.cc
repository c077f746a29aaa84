#include "client/experiment/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <limits>

#include "core/tensor/format/npy.h"
#include "core/tensor/format/safetensors.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <typename T>
Tensor Make(DType dtype, std::vector<std::int64_t> shape, const std::vector<T>& values) {
  std::vector<std::byte> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return *Tensor::FromBytes({dtype, std::move(shape), Order::kC}, std::move(bytes));
}

Tensor Floats(std::vector<std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t n : shape) count *= n;
  std::vector<float> values(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return Make<float>(DType::kF32, std::move(shape), values);
}

Tensor Doubles(const std::vector<double>& values) {
  return Make<double>(DType::kF64, {static_cast<std::int64_t>(values.size())}, values);
}

// 3 words, 2 sensors, 4 times, 2 layers of 5 dimensions.
class ExperimentTest : public testing::Test {
 protected:
  void SetUp() override {
    Write("meg.npy", Floats({3, 2, 4}));
    Write("activations.npy", Floats({2, 3, 5}));
    Write("times.npy", Doubles({-0.1, 0, 0.1, 0.2}));
  }

  void Write(const std::string& name, const Tensor& tensor) {
    ASSERT_TRUE(WriteNpy(folder_.Path(name), tensor).ok()) << name;
  }

  void WriteLayers(const std::vector<NamedTensor>& layers) {
    Remove("activations.npy");
    ASSERT_TRUE(WriteSafetensors(folder_.Path("activations.safetensors"), layers).ok());
  }

  void Remove(const std::string& name) { std::filesystem::remove(folder_.Path(name)); }

  void MakeContinuous() {
    Remove("meg.npy");
    Write("continuous.npy", Floats({2, 100}));
    Write("sfreq.npy", Make<double>(DType::kF64, {}, {30}));
    Write("onsets.npy", Doubles({1, 1.5, 2}));
  }

  Experiment Load(const std::string& layer_order = "") {
    absl::StatusOr<Experiment> experiment = LoadExperiment(folder_.path(), layer_order);
    EXPECT_TRUE(experiment.ok()) << experiment.status();
    return experiment.ok() ? *std::move(experiment) : Experiment();
  }

  std::string Refusal(const std::string& layer_order = "") {
    const absl::StatusOr<Experiment> experiment = LoadExperiment(folder_.path(), layer_order);
    EXPECT_FALSE(experiment.ok());
    return std::string(experiment.status().message());
  }

  const ScratchFolder folder_;
};

TEST_F(ExperimentTest, EpochsAndOneActivationsFile) {
  const Experiment experiment = Load();
  EXPECT_THAT(experiment.inputs.brain.epochs.spec().shape, ElementsAre(3, 2, 4));
  EXPECT_FALSE(experiment.inputs.brain.is_continuous());
  EXPECT_THAT(experiment.inputs.brain.times_seconds, ElementsAre(-0.1, 0, 0.1, 0.2));
  EXPECT_THAT(experiment.inputs.brain.onsets_seconds, IsEmpty());
  EXPECT_THAT(experiment.inputs.brain.groups, IsEmpty());
  ASSERT_EQ(experiment.inputs.layers.size(), 2u);
  EXPECT_THAT(experiment.inputs.layers[1].activations.spec().shape, ElementsAre(3, 5));
  EXPECT_EQ(experiment.inputs.layers[1].activations.At(0), 15);
  EXPECT_EQ(experiment.inputs.layers[0].name, "layer.0");
  EXPECT_THAT(experiment.inputs.layers[0].relative_depth, DoubleEq(0.5));
  EXPECT_THAT(experiment.inputs.layers[1].relative_depth, DoubleEq(1));
  ASSERT_EQ(experiment.activation_tensors.size(), 1u);
  EXPECT_THAT(experiment.activation_tensors[0].spec().shape, ElementsAre(2, 3, 5));
  EXPECT_EQ(experiment.layer_sources[1].tensor, 0u);
  EXPECT_EQ(experiment.layer_sources[1].slice, 1);
  EXPECT_THAT(experiment.truth_seconds, IsEmpty());
  EXPECT_THAT(experiment.notes, IsEmpty());
}

TEST_F(ExperimentTest, EverythingOptional) {
  Write("onsets.npy", Make<float>(DType::kF32, {3}, {1, 2, 3}));
  Write("groups.npy", Make<std::int16_t>(DType::kI16, {3}, {0, 0, -1}));
  Write("depth.npy", Doubles({0.25, 0.75}));
  Write("truth.npy", Doubles({0.1, 0.2}));
  folder_.Write("words.tsv", "word\tonset\r\na\t1\r\nb\t2\r\nc\t3\r\n\r\n");
  const Experiment experiment = Load();
  EXPECT_THAT(experiment.inputs.brain.onsets_seconds, ElementsAre(1, 2, 3));
  EXPECT_THAT(experiment.inputs.brain.groups, ElementsAre(0, 0, -1));
  EXPECT_THAT(experiment.inputs.layers[0].relative_depth, DoubleEq(0.25));
  EXPECT_THAT(experiment.truth_seconds, ElementsAre(0.1, 0.2));
}

TEST_F(ExperimentTest, ContinuousRecording) {
  MakeContinuous();
  const Experiment experiment = Load();
  EXPECT_TRUE(experiment.inputs.brain.is_continuous());
  EXPECT_EQ(experiment.inputs.brain.epochs.rank(), 0);
  EXPECT_EQ(experiment.inputs.brain.sfreq_hz, 30);
  EXPECT_THAT(experiment.inputs.brain.onsets_seconds, ElementsAre(1, 1.5, 2));
  Write("sfreq.npy", Make<std::int64_t>(DType::kI64, {1}, {25}));
  EXPECT_EQ(Load().inputs.brain.sfreq_hz, 25);
}

TEST_F(ExperimentTest, EpochsWinOverContinuousWithANote) {
  Write("continuous.npy", Floats({2, 100}));
  const Experiment experiment = Load();
  EXPECT_FALSE(experiment.inputs.brain.is_continuous());
  EXPECT_THAT(experiment.notes, ElementsAre(HasSubstr("continuous.npy was ignored")));
}

TEST_F(ExperimentTest, SafetensorsLayersOfDifferentWidthInOrderOfTheirNumbers) {
  WriteLayers({{"layer.10", Floats({3, 7})}, {"layer.9", Floats({3, 2})}});
  const Experiment experiment = Load();
  ASSERT_EQ(experiment.inputs.layers.size(), 2u);
  EXPECT_EQ(experiment.inputs.layers[0].name, "layer.9");
  EXPECT_EQ(experiment.inputs.layers[0].activations.dim(1), 2);
  EXPECT_EQ(experiment.inputs.layers[1].activations.dim(1), 7);
  ASSERT_EQ(experiment.activation_tensors.size(), 2u);
  EXPECT_EQ(experiment.layer_sources[1].tensor, 1u);
  EXPECT_EQ(experiment.layer_sources[1].slice, 0);
}

std::vector<std::string> NamesOf(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const LayerInput& layer : experiment.inputs.layers) names.push_back(layer.name);
  return names;
}

TEST_F(ExperimentTest, NamesThatLeaveADoubtAskForAnOrder) {
  WriteLayers({{"early", Floats({3, 1})}, {"late", Floats({3, 2})}, {"middle", Floats({3, 3})}});
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("does not follow from their names"),
                               HasSubstr("--layer-order"), HasSubstr("layers.txt")));
  const Experiment by_flag = Load("early, middle,late");
  EXPECT_THAT(NamesOf(by_flag), ElementsAre("early", "middle", "late"));
  EXPECT_EQ(by_flag.inputs.layers[1].activations.dim(1), 3);
  EXPECT_EQ(by_flag.activation_tensors[by_flag.layer_sources[1].tensor].dim(1), 3);
  EXPECT_EQ(by_flag.layer_order, "as listed in --layer-order");
  EXPECT_THAT(by_flag.notes, IsEmpty());

  folder_.Write("layers.txt", "\xEF\xBB\xBFlate\r\n\r\n  early \r\n");
  const Experiment by_file = Load();
  EXPECT_THAT(NamesOf(by_file), ElementsAre("late", "early"));
  EXPECT_EQ(by_file.layer_order, "as listed in layers.txt");
  EXPECT_THAT(by_file.inputs.layers[0].relative_depth, DoubleEq(0.5));
  EXPECT_THAT(by_file.notes,
              ElementsAre(AllOf(HasSubstr("1 layer is not listed"), HasSubstr("'middle'"))));

  folder_.Write("order", "early\nmiddle\nlate\n");
  const Experiment by_path = Load(folder_.Path("order"));
  EXPECT_THAT(NamesOf(by_path), ElementsAre("early", "middle", "late"));
  EXPECT_THAT(by_path.notes, ElementsAre(HasSubstr("layers.txt left aside")));

  EXPECT_THAT(Refusal("early,lat"), HasSubstr("--layer-order lists 'lat'"));
  folder_.Write("layers.txt", "\n");
  EXPECT_THAT(Refusal(), HasSubstr("layers.txt is empty"));
}

TEST_F(ExperimentTest, AListOfLayersLeavesOutWhatIsNone) {
  WriteLayers({{"h.0", Floats({3, 1})}, {"h.1", Floats({3, 2})}, {"bias", Floats({3})}});
  EXPECT_THAT(Refusal(), HasSubstr("tensor 'bias'"));
  EXPECT_THAT(NamesOf(Load("h.0,h.1")), ElementsAre("h.0", "h.1"));
  EXPECT_THAT(Refusal("h.0,bias"), HasSubstr("tensor 'bias'"));
}

TEST_F(ExperimentTest, OfAnArrayTheLayersAreThoseOfItsFirstAxis) {
  EXPECT_EQ(Load().layer_order, "as on the first axis of activations.npy");
  const Experiment reversed = Load("layer.1,layer.0");
  EXPECT_THAT(NamesOf(reversed), ElementsAre("layer.1", "layer.0"));
  EXPECT_EQ(reversed.inputs.layers[0].activations.At(0), 15);
  EXPECT_EQ(reversed.layer_sources[0].slice, 1);
  EXPECT_THAT(Refusal("layer.1,layer.2"), HasSubstr("lists 'layer.2'"));
  EXPECT_THAT(Refusal("typo.txt"), HasSubstr("there is no such file"));
  folder_.Write("layers.txt", "wte\nh.0\n");
  const Experiment named = Load();
  EXPECT_THAT(NamesOf(named), ElementsAre("wte", "h.0"));
  EXPECT_EQ(named.inputs.layers[0].activations.At(0), 0);
  EXPECT_THAT(named.layer_order, HasSubstr("with names from layers.txt"));
  folder_.Write("layers.txt", "wte\nh.0\nh.1\n");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("lists 3 names"), HasSubstr("has 2 layers")));
}

TEST_F(ExperimentTest, DepthsInTheOrderOfTheFileAndNotOfTheLayersAreRefused) {
  WriteLayers({{"h.1", Floats({3, 1})}, {"h.10", Floats({3, 2})}, {"h.2", Floats({3, 3})}});
  Write("depth.npy", Doubles({0.1, 1.0, 0.2}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("depth.npy falls from 1 to 0.2"), HasSubstr("'h.10'")));
  EXPECT_THAT(Load("h.1,h.10,h.2").inputs.layers[1].relative_depth, DoubleEq(1.0));
  Write("depth.npy", Doubles({0.1, 0.2, 1.0}));
  EXPECT_THAT(Load().inputs.layers[2].name, "h.10");
}

TEST_F(ExperimentTest, AFileThatIsNamedAndCannotBeReadIsNotAbsent) {
  const std::vector<std::string> names = {
      "depth.npy",  "groups.npy", "sessions.npy", "onsets.npy",      "truth.npy", "words.tsv",
      "layers.txt", "times.npy",  "meg.npy",      "activations.npy", "sfreq.npy", "continuous.npy"};
  for (const std::string& name : names) {
    const bool was_there = std::filesystem::exists(folder_.Path(name));
    if (was_there) std::filesystem::rename(folder_.Path(name), folder_.Path("kept"));
    std::filesystem::create_symlink("../.git/annex/objects/x", folder_.Path(name));
    EXPECT_THAT(Refusal(), AllOf(HasSubstr(name + " is a link to"), HasSubstr("git annex get")));
    Remove(name);
    if (name.ends_with(".npy")) {
      Write(name, Make<double>(DType::kF64, {0}, {}));
      EXPECT_THAT(Refusal(), HasSubstr(name));
    }
    Remove(name);
    folder_.Write(name, "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n");
    EXPECT_THAT(Refusal(), AllOf(HasSubstr(name), HasSubstr("git lfs pull")));
    Remove(name);
    std::filesystem::create_directory(folder_.Path(name));
    EXPECT_THAT(Refusal(), HasSubstr(name));
    Remove(name);
    if (was_there) std::filesystem::rename(folder_.Path("kept"), folder_.Path(name));
    EXPECT_EQ(Load().inputs.layers.size(), 2u) << name;
  }
  // Nor is one that would not be read beside another one.
  for (const std::string name : {"continuous.npy", "sfreq.npy", "session_starts.npy"}) {
    std::filesystem::create_symlink("../.git/annex/objects/x", folder_.Path(name));
    EXPECT_THAT(Refusal(), AllOf(HasSubstr(name + " is a link to"), HasSubstr("git annex get")));
    Remove(name);
    folder_.Write(name, "");
    EXPECT_THAT(Refusal(), HasSubstr(name + " is empty"));
    Remove(name);
  }
  std::filesystem::create_symlink("../.git/annex/objects/x",
                                  folder_.Path("activations.safetensors"));
  EXPECT_THAT(Refusal(), HasSubstr("activations.safetensors is a link to"));
  Remove("activations.npy");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("activations.safetensors"), HasSubstr("git annex get")));
}

TEST_F(ExperimentTest, GroupsOfOneEntryAWordAreNoneOfNoEntry) {
  Write("groups.npy", Make<std::int32_t>(DType::kI32, {0}, {}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("groups.npy is i32 (0,)"), HasSubstr("no entry")));
}

TEST_F(ExperimentTest, StartsOfSessionsAreRefusedWithEpochs) {
  Write("session_starts.npy", Make<std::int64_t>(DType::kI64, {2}, {0, 900}));
  EXPECT_THAT(Refusal(),
              AllOf(HasSubstr("session_starts.npy beside epochs"), HasSubstr("sessions.npy")));
}

TEST_F(ExperimentTest, SessionsBesideGroups) {
  Write("groups.npy", Make<std::int32_t>(DType::kI32, {3}, {0, 1, 0}));
  Write("sessions.npy", Make<std::int32_t>(DType::kI32, {3}, {5, 5, 6}));
  EXPECT_THAT(Load().inputs.brain.sessions, ElementsAre(5, 5, 6));
}

TEST_F(ExperimentTest, SafetensorsWithOneTensorOfThreeAxes) {
  WriteLayers({{"activations", Floats({4, 3, 2})}});
  const Experiment experiment = Load();
  EXPECT_EQ(experiment.inputs.layers.size(), 4u);
  EXPECT_EQ(experiment.activation_tensors.size(), 1u);
  EXPECT_EQ(experiment.layer_sources[3].slice, 3);
}

TEST_F(ExperimentTest, NpyWinsOverSafetensorsWithANote) {
  ASSERT_TRUE(
      WriteSafetensors(folder_.Path("activations.safetensors"), {{"a", Floats({3, 7})}}).ok());
  const Experiment experiment = Load();
  EXPECT_EQ(experiment.inputs.layers.size(), 2u);
  EXPECT_THAT(experiment.notes, ElementsAre(HasSubstr("activations.safetensors left aside")));
}

TEST_F(ExperimentTest, GroupsAsFloatsThatHoldWholeNumbers) {
  Write("groups.npy", Doubles({3, 3, 4}));
  EXPECT_THAT(Load().inputs.brain.groups, ElementsAre(3, 3, 4));
  Write("groups.npy", Doubles({3, 3.5, 4}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("groups.npy"), HasSubstr("3.5"), HasSubstr("index 1")));
  Write("groups.npy", Doubles({3, 3, std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("groups.npy"), HasSubstr("nan")));
}

TEST_F(ExperimentTest, GroupsKeepEveryBitOfTheirIntegers) {
  const std::int64_t big = (std::int64_t{1} << 62) + 1;
  Write("groups.npy", Make<std::int64_t>(DType::kI64, {3}, {big, big + 1, -big}));
  EXPECT_THAT(Load().inputs.brain.groups, ElementsAre(big, big + 1, -big));
}

TEST_F(ExperimentTest, AMissingFolderIsNamed) {
  const auto experiment = LoadExperiment(folder_.Path("none"));
  EXPECT_TRUE(absl::IsNotFound(experiment.status()));
  EXPECT_THAT(std::string(experiment.status().message()), HasSubstr(folder_.Path("none")));
  EXPECT_FALSE(LoadExperiment(folder_.Path("meg.npy")).ok());
}

TEST_F(ExperimentTest, MissingFilesAreNamedWithTheirAlternatives) {
  Remove("times.npy");
  EXPECT_THAT(Refusal(), HasSubstr("times.npy is missing"));
  Remove("meg.npy");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("meg.npy"), HasSubstr("continuous.npy")));
  MakeContinuous();
  Write("times.npy", Doubles({0, 1}));
  Remove("sfreq.npy");
  EXPECT_THAT(Refusal(), HasSubstr("sfreq.npy is missing"));
  MakeContinuous();
  Remove("onsets.npy");
  EXPECT_THAT(Refusal(), HasSubstr("onsets.npy is missing"));
  MakeContinuous();
  Remove("activations.npy");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("activations.npy"), HasSubstr("activations.safetensors")));
}

TEST_F(ExperimentTest, WrongNumbersOfAxesAreNamed) {
  Write("meg.npy", Floats({3, 2}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("meg.npy is f32 (3, 2)"), HasSubstr("three axes")));
  Write("meg.npy", Floats({3, 2, 4}));
  Write("times.npy", Floats({4, 1}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("times.npy is f32 (4, 1)"), HasSubstr("one axis")));
  Write("times.npy", Doubles({0, 1, 2, 3}));
  Write("onsets.npy", Make<double>(DType::kF64, {}, {1}));
  EXPECT_THAT(Refusal(), HasSubstr("onsets.npy is f64 ()"));
  Remove("onsets.npy");
  Write("activations.npy", Floats({3, 5}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("activations.npy is f32 (3, 5)"),
                               HasSubstr("(layers, words, dimensions)")));
  Write("activations.npy", Floats({0, 3, 5}));
  EXPECT_THAT(Refusal(), HasSubstr("no layer"));
  WriteLayers({{"layer.0", Floats({3, 5})}, {"bias", Floats({3})}});
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("tensor 'bias'"), HasSubstr("f32 (3,)")));
  WriteLayers({});
  EXPECT_THAT(Refusal(), HasSubstr("holds no tensor"));
  MakeContinuous();
  Write("continuous.npy", Floats({2, 10, 10}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("continuous.npy"), HasSubstr("(sensors, samples)")));
  MakeContinuous();
  Write("sfreq.npy", Doubles({30, 30}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("sfreq.npy"), HasSubstr("single number")));
}

TEST_F(ExperimentTest, CountsThatDisagreeAreNamed) {
  Write("depth.npy", Doubles({0.1, 0.2, 0.3}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("holds 3"), HasSubstr("like (words, layers, dim")));
  Remove("depth.npy");
  Write("truth.npy", Doubles({0.1}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("truth.npy holds 1"), HasSubstr("2 layers")));
  Remove("truth.npy");
  folder_.Write("words.tsv", "word\na\nb\nc\nd");
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("words.tsv has 4 rows"), HasSubstr("3 words")));
  EXPECT_THAT(Refusal(), HasSubstr("the first one too many is word 3 ('d')"));
  folder_.Write("words.tsv", "");
  EXPECT_THAT(Refusal(), HasSubstr("words.tsv has 0 rows"));
}

TEST_F(ExperimentTest, IntegersAreNotActivations) {
  Write("activations.npy", Make<std::int32_t>(DType::kI32, {1, 3, 1}, {1, 2, 3}));
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("activations.npy is i32"), HasSubstr("bf16")));
  WriteLayers({{"ids", Make<std::int32_t>(DType::kI32, {3, 1}, {1, 2, 3})}});
  EXPECT_THAT(Refusal(), AllOf(HasSubstr("tensor 'ids'"), HasSubstr("i32 (3, 1)")));
}

TEST_F(ExperimentTest, AFileThatIsNotNpyIsNamed) {
  folder_.Write("meg.npy", "not an array");
  EXPECT_THAT(Refusal(), HasSubstr("meg.npy is not a .npy file"));
}

TEST_F(ExperimentTest, AnEmptyFileAboutTheRecordingIsRefusedThoughItIsNotReadNow) {
  for (const std::string name : {"items.npy", "channels.tsv"}) {
    folder_.Write(name, "");
    EXPECT_THAT(Refusal(), AllOf(HasSubstr(folder_.Path(name)), HasSubstr("is empty"))) << name;
    EXPECT_FALSE(LoadRecording(folder_.path()).ok()) << name;
    EXPECT_TRUE(LoadModel(folder_.path()).ok()) << name;
    Remove(name);
    std::filesystem::create_directory(folder_.Path(name));
    EXPECT_THAT(Refusal(), AllOf(HasSubstr(folder_.Path(name)), HasSubstr("is a folder"))) << name;
    Remove(name);
    std::filesystem::create_symlink("nowhere", folder_.Path(name));
    EXPECT_THAT(Refusal(), AllOf(HasSubstr(folder_.Path(name)), HasSubstr("link"))) << name;
    Remove(name);
  }
  Load();
}

}  // namespace
}  // namespace brainalign
