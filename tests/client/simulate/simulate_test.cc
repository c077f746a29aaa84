#include "client/simulate/simulate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "client/experiment/experiment.h"
#include "core/tensor/format/npy.h"
#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

SimulationOptions Small() {
  SimulationOptions options;
  options.words = 150;
  options.sensors = 5;
  options.layers = 3;
  options.dims = 7;
  options.sessions = 4;
  return options;
}

Experiment Load(const std::string& dir) {
  absl::StatusOr<Experiment> experiment = LoadExperiment(dir);
  EXPECT_TRUE(experiment.ok()) << experiment.status();
  return experiment.ok() ? *std::move(experiment) : Experiment();
}

TEST(SimulateTest, TheExperimentLoads) {
  const ScratchFolder folder;
  const std::string dir = folder.Path("made/on the way");
  ASSERT_TRUE(Simulate(Small(), dir).ok());
  const Experiment experiment = Load(dir);
  const BrainInput& brain = experiment.inputs.brain;
  ASSERT_TRUE(brain.is_continuous());
  EXPECT_EQ(brain.continuous.dim(0), 5);
  EXPECT_EQ(brain.sfreq_hz, 30);
  EXPECT_EQ(brain.onsets_seconds.size(), 150u);
  ASSERT_EQ(brain.times_seconds.size(), 61u);
  EXPECT_EQ(brain.times_seconds.front(), -0.5);
  EXPECT_EQ(brain.times_seconds.back(), 1.5);
  EXPECT_THAT(FirstNonFinite(brain.continuous), IsEmpty());
  ASSERT_EQ(experiment.inputs.layers.size(), 3u);
  for (const LayerInput& layer : experiment.inputs.layers) {
    EXPECT_THAT(layer.activations.spec().shape, ElementsAre(150, 7));
    EXPECT_THAT(FirstNonFinite(layer.activations), IsEmpty());
  }
  EXPECT_DOUBLE_EQ(experiment.inputs.layers[0].relative_depth, 0.1);
  EXPECT_DOUBLE_EQ(experiment.inputs.layers[2].relative_depth, 0.9);
  EXPECT_THAT(experiment.truth_seconds, ElementsAre(0.1, testing::DoubleEq(0.45), 0.8));
  EXPECT_THAT(experiment.notes, IsEmpty());
}

TEST(SimulateTest, EpochsLieInsideTheRecordingAndSessionsApart) {
  const ScratchFolder folder;
  ASSERT_TRUE(Simulate(Small(), folder.path()).ok());
  const Experiment experiment = Load(folder.path());
  const BrainInput& brain = experiment.inputs.brain;
  const double length = static_cast<double>(brain.continuous.dim(1) - 1) / brain.sfreq_hz;
  EXPECT_GE(brain.onsets_seconds.front() - 0.5, 0);
  EXPECT_LE(brain.onsets_seconds.back() + 1.5, length);
  EXPECT_EQ(brain.groups.front(), 0);
  EXPECT_EQ(brain.groups.back(), 3);
  for (std::size_t word = 1; word < brain.onsets_seconds.size(); ++word) {
    const double distance = brain.onsets_seconds[word] - brain.onsets_seconds[word - 1];
    EXPECT_GT(distance, 0);
    const std::int64_t step = brain.groups[word] - brain.groups[word - 1];
    EXPECT_TRUE(step == 0 || (step == 1 && distance > 2.0)) << word;
  }
}

TEST(SimulateTest, SameSeedSameBytes) {
  const ScratchFolder folder;
  SimulationOptions options = Small();
  options.epochs = true;
  ASSERT_TRUE(Simulate(options, folder.Path("a")).ok());
  ASSERT_TRUE(Simulate(options, folder.Path("b")).ok());
  options.seed = 1;
  ASSERT_TRUE(Simulate(options, folder.Path("c")).ok());
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.Path("a"))) {
    const std::string name = entry.path().filename().string();
    EXPECT_EQ(folder.Read("a/" + name), folder.Read("b/" + name)) << name;
    ++files;
  }
  EXPECT_EQ(files, 9);
  for (const char* name : {"continuous.npy", "activations.npy", "onsets.npy", "meg.npy"}) {
    EXPECT_NE(folder.Read(std::string("a/") + name), folder.Read(std::string("c/") + name)) << name;
  }
}

TEST(SimulateTest, TheSameNumbersOnEveryMachine) {
  const ScratchFolder folder;
  ASSERT_TRUE(Simulate(Small(), folder.path()).ok());
  const Experiment experiment = Load(folder.path());
  const BrainInput& brain = experiment.inputs.brain;
  std::vector<double> numbers = {brain.onsets_seconds[149], brain.continuous.At(0),
                                 brain.continuous.At(brain.continuous.element_count() - 1),
                                 experiment.inputs.layers[0].activations.At(0),
                                 experiment.inputs.layers[2].activations.At(1049)};
  // Written down when this was made, on x86-64 with AVX-512.
  EXPECT_THAT(numbers,
              ElementsAre(0x1.2fddddddddddep+6, -0x1.580fd20000000p-42, 0x1.1ccff60000000p-43,
                          0x1.9e5e7e0000000p-4, -0x1.11db9c0000000p+1));
}

TEST(SimulateTest, EpochsAreCutFromTheRecording) {
  const ScratchFolder folder;
  SimulationOptions options = Small();
  options.epochs = true;
  ASSERT_TRUE(Simulate(options, folder.path()).ok());
  const Tensor epochs = *OpenNpy(folder.Path("meg.npy"));
  const Tensor continuous = *OpenNpy(folder.Path("continuous.npy"));
  const std::vector<double> onsets = OpenNpy(folder.Path("onsets.npy"))->ToDoubles();
  EXPECT_THAT(epochs.spec().shape, ElementsAre(150, 5, 61));
  for (const std::int64_t word : {0, 77, 149}) {
    const auto onset =
        static_cast<std::int64_t>(std::lround(onsets[static_cast<std::size_t>(word)] * 30));
    for (std::int64_t sensor = 0; sensor < 5; ++sensor) {
      for (std::int64_t time = 0; time < 61; ++time) {
        ASSERT_EQ(epochs.At((word * 5 + sensor) * 61 + time),
                  continuous.At(sensor * continuous.dim(1) + onset - 15 + time));
      }
    }
  }
}

TEST(SimulateTest, SafetensorsHoldTheSameActivationsRoundedToBFloat16) {
  const ScratchFolder folder;
  SimulationOptions options = Small();
  ASSERT_TRUE(Simulate(options, folder.Path("f32")).ok());
  options.activation_file = ActivationFile::kSafetensorsBF16;
  ASSERT_TRUE(Simulate(options, folder.Path("bf16")).ok());
  const Experiment wide = Load(folder.Path("f32"));
  const Experiment narrow = Load(folder.Path("bf16"));
  ASSERT_EQ(narrow.inputs.layers.size(), 3u);
  for (std::size_t l = 0; l < 3; ++l) {
    EXPECT_EQ(narrow.inputs.layers[l].name, wide.inputs.layers[l].name);
    const Tensor& rounded = narrow.inputs.layers[l].activations;
    EXPECT_EQ(rounded.dtype(), DType::kBF16);
    for (std::int64_t i = 0; i < rounded.element_count(); ++i) {
      const double exact = wide.inputs.layers[l].activations.At(i);
      ASSERT_LE(std::abs(rounded.At(i) - exact),
                0x1p-8 * std::abs(exact));  // half a unit of 8 bits
    }
  }
}

// How strongly activations and sensors go together at each time: the sum of
// squared correlations over all pairs of them. Knows nothing of ridge regression.
std::vector<double> Coupling(const Tensor& epochs, const Tensor& activations) {
  const std::int64_t words = epochs.dim(0);
  const std::int64_t sensors = epochs.dim(1);
  const std::int64_t times = epochs.dim(2);
  const std::int64_t dims = activations.dim(1);
  const std::vector<double> x = epochs.ToDoubles();
  const std::vector<double> y = activations.ToDoubles();
  std::vector<double> coupling(static_cast<std::size_t>(times), 0.0);
  for (std::int64_t t = 0; t < times; ++t) {
    for (std::int64_t s = 0; s < sensors; ++s) {
      for (std::int64_t d = 0; d < dims; ++d) {
        double sx = 0, sy = 0, sxx = 0, syy = 0, sxy = 0;
        for (std::int64_t w = 0; w < words; ++w) {
          const double a = x[static_cast<std::size_t>((w * sensors + s) * times + t)] * 1e13;
          const double b = y[static_cast<std::size_t>(w * dims + d)];
          sx += a;
          sy += b;
          sxx += a * a;
          syy += b * b;
          sxy += a * b;
        }
        const auto n = static_cast<double>(words);
        const double covariance = sxy - sx * sy / n;
        coupling[static_cast<std::size_t>(t)] +=
            covariance * covariance / ((sxx - sx * sx / n) * (syy - sy * sy / n));
      }
    }
  }
  return coupling;
}

TEST(SimulateTest, EachLayerCouplesMostAtItsTrueDelay) {
  const ScratchFolder folder;
  SimulationOptions options = Small();
  options.words = 1200;
  options.sensors = 12;
  options.dims = 10;
  options.epochs = true;
  ASSERT_TRUE(Simulate(options, folder.path()).ok());
  const Experiment experiment = Load(folder.path());
  for (std::size_t l = 0; l < 3; ++l) {
    const std::vector<double> coupling =
        Coupling(experiment.inputs.brain.epochs, experiment.inputs.layers[l].activations);
    const auto peak = static_cast<std::size_t>(std::max_element(coupling.begin(), coupling.end()) -
                                               coupling.begin());
    EXPECT_NEAR(experiment.inputs.brain.times_seconds[peak], experiment.truth_seconds[l],
                1.01 / 30);
  }
}

TEST(SimulateTest, OneOfEverything) {
  const ScratchFolder folder;
  SimulationOptions options = Small();
  options.words = options.sensors = options.layers = options.dims = options.sessions = 1;
  ASSERT_TRUE(Simulate(options, folder.path()).ok());
  const Experiment experiment = Load(folder.path());
  EXPECT_THAT(experiment.truth_seconds, ElementsAre(0.1));
  EXPECT_DOUBLE_EQ(experiment.inputs.layers[0].relative_depth, 0.5);
}

TEST(SimulateTest, OptionsThatMakeNoSenseAreNamed) {
  const ScratchFolder folder;
  const auto refusal = [&](const SimulationOptions& options) {
    const absl::Status status = Simulate(options, folder.Path("never"));
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    return std::string(status.message());
  };
  SimulationOptions options = Small();
  options.words = 0;
  EXPECT_THAT(refusal(options), HasSubstr("words is 0"));
  options = Small();
  options.sessions = 151;
  EXPECT_THAT(refusal(options), AllOf(HasSubstr("sessions is 151"), HasSubstr("150")));
  options = Small();
  options.sfreq_hz = std::nan("");
  EXPECT_THAT(refusal(options), HasSubstr("sfreq is nan"));
  options = Small();
  options.tmax_seconds = -1;
  EXPECT_THAT(refusal(options), HasSubstr("tmin to tmax is -0.5 to -1"));
  options = Small();
  options.last_delay_seconds = 1.6;
  EXPECT_THAT(refusal(options), HasSubstr("last delay is 1.6"));
  EXPECT_FALSE(std::filesystem::exists(folder.Path("never")));
}

TEST(SimulateTest, AFileThatWouldBeReadInPlaceOfANewOneIsRefused) {
  const ScratchFolder folder;
  SimulationOptions options = Small();
  options.epochs = true;
  ASSERT_TRUE(Simulate(options, folder.path()).ok());
  ASSERT_TRUE(Simulate(options, folder.path(), ExistingFiles::kReplace).ok());
  options.epochs = false;
  const absl::Status status = Simulate(options, folder.path(), ExistingFiles::kReplace);
  EXPECT_TRUE(absl::IsAlreadyExists(status));
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder.Path("meg.npy")));
}

TEST(SimulateTest, AFolderThatHoldsAnythingIsLeftAsItIs) {
  for (const std::string name : {"activations.npy", "notes.txt"}) {
    const ScratchFolder folder;
    folder.Write(name, "mine");
    const absl::Status status = Simulate(Small(), folder.path());
    EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(name));
    EXPECT_THAT(folder.List(), testing::ElementsAre(name));
    EXPECT_EQ(folder.Read(name), "mine");
  }
}

TEST(SimulateTest, FilesOfOtherNamesStayWhereOursAreReplaced) {
  const ScratchFolder folder;
  folder.Write("notes.txt", "mine");
  folder.Write("times.npy", "old");
  ASSERT_TRUE(Simulate(Small(), folder.path(), ExistingFiles::kReplace).ok());
  EXPECT_EQ(folder.Read("notes.txt"), "mine");
  EXPECT_TRUE(LoadExperiment(folder.path()).ok());
}

TEST(SimulateTest, AFolderThatCannotBeMadeIsNamed) {
  const ScratchFolder folder;
  folder.Write("file", "");
  const absl::Status status = Simulate(Small(), folder.Path("file/dir"));
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr(folder.Path("file/dir")));
}

}  // namespace
}  // namespace brainalign
