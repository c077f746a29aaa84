#include "tests/core/digests/routes.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "tests/core/align/tensor_of_type.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

constexpr int kShared = 6;  // variables of a word
constexpr int kLayers = 2;
constexpr int kSessions = 5;
constexpr int kSfreqHz = 10;

AlignmentOptions Strict() { return {}; }

AlignmentOptions Paper() {
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  return options;
}

AlignmentOptions By(Selection selection, AlignmentOptions options) {
  options.selection = selection;
  return options;
}

AlignmentOptions Fixed(double alpha, AlignmentOptions options) {
  options.selection = Selection::kFixed;
  options.alphas = {alpha};
  return options;
}

AlignmentOptions ToBrain(AlignmentOptions options) {
  options.direction = Direction::kModelToBrain;
  return options;
}

AlignmentOptions Components(int count, AlignmentOptions options) {
  options.pca = count;
  return options;
}

AlignmentOptions Fast(AlignmentOptions options) {
  options.precision = Precision::kFast;
  return options;
}

AlignmentOptions Shared(AlignmentOptions options) {
  options.shared_alpha = true;
  return options;
}

AlignmentOptions InTwoFolds(AlignmentOptions options) {
  options.folds = 2;
  return options;
}

AlignmentOptions In(Metric metric, AlignmentOptions options) {
  options.metric = metric;
  return options;
}

// (rows, columns)
std::vector<double> Normals(ReproducibleRandom& random, int rows, int columns) {
  std::vector<double> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
  for (double& value : values) value = random.Normal();
  return values;
}

// (words, columns) The shared variables, weighted, and noise.
std::vector<double> Mixed(ReproducibleRandom& random, const std::vector<double>& shared, int words,
                          int columns) {
  const auto width = static_cast<std::size_t>(columns);
  const std::vector<double> weights = Normals(random, kShared, columns);
  std::vector<double> mixed = Normals(random, words, columns);
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    for (std::size_t v = 0; v < kShared; ++v) {
      mixed[i] += 0.25 * shared[i / width * kShared + v] * weights[v * width + i % width];
    }
  }
  return mixed;
}

// The epochs (words, sensors, times), as a recording that they are cut from.
void SetRecording(ReproducibleRandom& random, const Experiment& experiment,
                  const std::vector<double>& epochs, BrainInput& brain) {
  std::vector<std::int64_t> first;  // sample of each word
  std::int64_t sample = 20;
  for (int word = 0; word < experiment.words; ++word) {
    const int session = word * kSessions / experiment.words;
    if (word > 0 && session != brain.groups.back()) sample += 60;
    brain.groups.push_back(session);
    first.push_back(sample);
    brain.onsets_seconds.push_back(static_cast<double>(sample) / kSfreqHz);
    sample += 2 + random.Below(4);
  }
  const std::int64_t samples = sample + 20;
  std::vector<double> recording = Normals(random, experiment.sensors, static_cast<int>(samples));
  for (std::size_t i = 0; i < epochs.size(); ++i) {
    const auto times = static_cast<std::size_t>(experiment.times);
    const std::size_t row = i / times;
    const auto sensor = static_cast<std::int64_t>(row) % experiment.sensors;
    const std::int64_t at = first[row / static_cast<std::size_t>(experiment.sensors)] +
                            static_cast<std::int64_t>(i % times);
    recording[static_cast<std::size_t>(sensor * samples + at)] += epochs[i];
  }
  brain.sfreq_hz = kSfreqHz;
  brain.continuous = TensorOfType(DType::kF32, {experiment.sensors, samples}, recording);
}

}  // namespace

std::vector<Route> AllRoutes() {
  const Experiment few{.words = 300};
  const Experiment many{.words = 2100};
  const Experiment recorded{.words = 2200, .continuous = true};
  const Experiment in_bf16{.words = 2300, .dims = 64, .activations = DType::kBF16};
  const Experiment in_f16{.words = 2300, .dims = 64, .activations = DType::kF16};
  const Experiment in_f64{.words = 2100, .activations = DType::kF64};
  const Experiment wide{.words = 2100, .dims = 600};
  return {
      {"FoldsInDoubleBlocked", few, By(Selection::kBlocked, Strict())},
      {"FoldsInDoubleLoo", few, By(Selection::kLoo, Paper())},
      {"FoldsInDoubleGcvShared", few, Shared(By(Selection::kGcv, Strict()))},
      {"PredictionsFormed", {.words = 200, .sensors = 60}, Strict()},
      {"DualInDouble", {.words = 60, .sensors = 80}, By(Selection::kLoo, Strict())},
      {"DualInFloat",
       {.words = 2060, .sensors = 1040, .times = 1},
       InTwoFolds(Fixed(1e4, Paper()))},
      {"FoldsInFloatBlocked", many, By(Selection::kBlocked, Strict())},
      {"FoldsInFloatLoo", many, By(Selection::kLoo, Paper())},
      {"FoldsInFloatLooOfMoreSensors",
       {.words = 2600, .sensors = 40},
       By(Selection::kLoo, Strict())},
      {"FoldsInFloatOfManyBlocks",
       {.words = 8600, .dims = 8},
       InTwoFolds(By(Selection::kLoo, Strict()))},
      {"FoldsInFloatGcvShared", many, Shared(By(Selection::kGcv, Paper()))},
      {"RecordingBlockedR2", recorded, In(Metric::kR2, Strict())},
      {"RecordingLooCosine", recorded, In(Metric::kCosine, By(Selection::kLoo, Strict()))},
      {"PanelsGcv", wide, By(Selection::kGcv, Strict())},
      {"PanelsFixed", in_f64, Fixed(100, Paper())},
      {"ComponentsOfAllFromSums", in_bf16, Components(10, Paper())},
      {"ComponentsOfTrainingFromSums", in_f16, Components(10, Strict())},
      {"ComponentsFromWords", {.words = 300, .dims = 400}, Components(8, Strict())},
      {"ComponentsInTurnedSpace",
       {.words = 2100, .dims = 450},
       Components(12, Fixed(10, Strict()))},
      {"ToBrainBlocked", many, ToBrain(Strict())},
      {"ToBrainLooInBf16", in_bf16, ToBrain(Paper())},
      {"ToBrainComponentsGcv", in_bf16, ToBrain(Components(10, By(Selection::kGcv, Strict())))},
      {"ToBrainDual", {.words = 60, .dims = 100}, ToBrain(Strict())},
      {"FastBlocked", in_bf16, Fast(Strict())},
      {"FastLoo", recorded, Fast(Paper())},
      {"FastPanels", in_bf16, Fast(By(Selection::kGcv, Strict()))},
      {"FastComponents", in_f16, Fast(Components(10, Strict()))},
  };
}

AlignmentInputs InputsOf(const Experiment& experiment) {
  ReproducibleRandom random(1);
  AlignmentInputs inputs;
  const std::vector<double> shared = Normals(random, experiment.words, kShared);
  for (int layer = 0; layer < kLayers; ++layer) {
    inputs.layers.push_back(
        {TensorOfType(experiment.activations, {experiment.words, experiment.dims},
                      Mixed(random, shared, experiment.words, experiment.dims)),
         (layer + 1.0) / kLayers, "layer"});
  }
  for (int t = 0; t < experiment.times; ++t) {
    inputs.brain.times_seconds.push_back(static_cast<double>(t) / kSfreqHz);
  }
  const std::vector<double> epochs =
      Mixed(random, shared, experiment.words, experiment.sensors * experiment.times);
  if (experiment.continuous) {
    SetRecording(random, experiment, epochs, inputs.brain);
  } else {
    inputs.brain.epochs =
        TensorOfType(DType::kF32, {experiment.words, experiment.sensors, experiment.times}, epochs);
  }
  return inputs;
}

}  // namespace brainalign
