// Every case of tests/golden, whose expected numbers scikit-learn made.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "core/tensor/format/npy.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using nlohmann::json;

const char kFolder[] = BRAINALIGN_SOURCE_DIR "/tests/golden/";

json ReadJson(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path;
  return json::parse(file);
}

struct GoldenCase {
  std::string name;
  std::string inputs;
  json options;
};

void PrintTo(const GoldenCase& golden, std::ostream* out) { *out << golden.options.dump(); }

std::vector<GoldenCase> AllCases() {
  std::vector<GoldenCase> cases;
  for (const json& entry : ReadJson(std::string(kFolder) + "manifest.json")) {
    cases.push_back({entry.at("name"), entry.at("inputs"), entry.at("options")});
  }
  return cases;
}

// The tensor in `path`; an empty one if there is no such file.
Tensor OpenIfThere(const std::string& path) {
  if (!std::filesystem::exists(path)) return Tensor();
  absl::StatusOr<Tensor> tensor = OpenNpy(path);
  EXPECT_TRUE(tensor.ok()) << tensor.status();
  return tensor.ok() ? *tensor : Tensor();
}

std::vector<double> DoublesIfThere(const std::string& path) {
  const Tensor tensor = OpenIfThere(path);
  return tensor.data() == nullptr ? std::vector<double>() : tensor.ToDoubles();
}

AlignmentInputs ReadInputs(const std::string& name) {
  const std::string folder = std::string(kFolder) + "inputs/" + name + "/";
  AlignmentInputs inputs;
  inputs.brain.epochs = OpenIfThere(folder + "epochs.npy");
  inputs.brain.continuous = OpenIfThere(folder + "continuous.npy");
  inputs.brain.onsets_seconds = DoublesIfThere(folder + "onsets.npy");
  inputs.brain.times_seconds = DoublesIfThere(folder + "times.npy");
  for (double group : DoublesIfThere(folder + "groups.npy")) {
    inputs.brain.groups.push_back(static_cast<std::int64_t>(group));
  }
  const std::vector<double> sfreq = DoublesIfThere(folder + "sfreq.npy");
  if (!sfreq.empty()) inputs.brain.sfreq_hz = sfreq[0];
  const std::vector<double> depth = DoublesIfThere(folder + "depth.npy");
  for (std::size_t i = 0; i < depth.size(); ++i) {
    const std::string layer = "layer_" + std::to_string(i);
    inputs.layers.push_back({OpenIfThere(folder + layer + ".npy"), depth[i], layer});
  }
  return inputs;
}

AlignmentOptions ToOptions(const json& entry) {
  AlignmentOptions options;
  for (const auto& [key, value] : entry.items()) {
    if (key == "preset") {
      options.preset = ParsePreset(value).value();
    } else if (key == "direction") {
      options.direction = ParseDirection(value).value();
    } else if (key == "metric") {
      options.metric = ParseMetric(value).value();
    } else if (key == "folds") {
      options.folds = value;
    } else if (key == "fold_by") {
      options.fold_by = ParseFoldBy(value).value();
    } else if (key == "purge_seconds") {
      options.purge_seconds = value.get<double>();
    } else if (key == "alphas") {
      options.alphas = value.get<std::vector<double>>();
    } else if (key == "selection") {
      options.selection = ParseSelection(value).value();
    } else if (key == "inner_folds") {
      options.inner_folds = value;
    } else if (key == "shared_alpha") {
      options.shared_alpha = value;
    } else if (key == "pca") {
      options.pca = value;
    } else if (key == "zscore_words") {
      options.zscore_words = ParseFitWords(value).value();
    } else if (key == "pca_words") {
      options.pca_words = ParseFitWords(value).value();
    } else {
      ADD_FAILURE() << "the manifest has an option that this test does not know: " << key;
    }
  }
  return options;
}

// Every number in `value`, however nested; NaN for null.
std::vector<double> Flatten(const json& value) {
  if (value.is_null()) return {std::numeric_limits<double>::quiet_NaN()};
  if (!value.is_array()) return {value.get<double>()};
  std::vector<double> flat;
  for (const json& part : value) {
    for (double number : Flatten(part)) flat.push_back(number);
  }
  return flat;
}

void ExpectNear(const std::vector<double>& actual, const json& expected, double tolerance,
                const std::string& what) {
  const std::vector<double> numbers = Flatten(expected);
  ASSERT_EQ(actual.size(), numbers.size()) << what;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (std::isnan(numbers[i])) {
      EXPECT_TRUE(std::isnan(actual[i])) << what << "[" << i << "] is " << actual[i];
    } else {
      EXPECT_NEAR(actual[i], numbers[i], tolerance) << what << "[" << i << "]";
    }
  }
}

void ExpectReadout(const MatrixReadout& readout, const json& expected, double tolerance) {
  // Times are picked from the grid, so they are exact once the scores are right.
  ExpectNear(readout.t_max, expected.at("t_max"), 1e-9, "t_max");
  ExpectNear(readout.t_argmax, expected.at("t_argmax"), 1e-12, "t_argmax");
  EXPECT_EQ(readout.t_max_contiguous, expected.at("t_max_contiguous").get<std::vector<bool>>());
  ExpectNear({readout.temporal_score}, expected.at("temporal_score"), 1e-9, "temporal_score");
  ExpectNear({readout.temporal_score_p}, expected.at("temporal_score_p"), 1e-6, "temporal_score_p");
  ExpectNear({readout.alignment_score_mean_of_layer_maxima},
             expected.at("alignment_score_mean_of_layer_maxima"), tolerance, "mean of maxima");
  ExpectNear({readout.alignment_score_best_layer}, expected.at("alignment_score_best_layer"),
             tolerance, "best layer");
  std::vector<double> means;
  for (const WindowMean& window : readout.windows) {
    means.insert(means.end(), window.mean.begin(), window.mean.end());
  }
  ExpectNear(means, expected.at("window_means"), tolerance, "window means");
  EXPECT_EQ(readout.window_of_maximum, expected.at("window_of_maximum").get<std::vector<int>>());
}

void ExpectReport(const InputReport& report, const json& expected) {
  using Counts = std::vector<std::int64_t>;
  EXPECT_EQ(report.words_used, expected.at("words_used"));
  EXPECT_EQ(report.dropped_words, expected.at("dropped_words"));
  EXPECT_EQ(report.backward_onset_steps, expected.at("backward_onset_steps"));
  EXPECT_EQ(report.fold_sizes, expected.at("fold_sizes").get<Counts>());
  EXPECT_EQ(report.training_sizes, expected.at("training_sizes").get<Counts>());
  EXPECT_EQ(report.purged_words, expected.at("purged_words").get<Counts>());
  EXPECT_EQ(report.constant_sensors, expected.at("constant_sensors").get<std::vector<int>>());
}

class GoldenTest : public testing::TestWithParam<GoldenCase> {};

TEST_P(GoldenTest, AgreesWithScikitLearn) {
  const json expected = ReadJson(std::string(kFolder) + "expected/" + GetParam().name + ".json");
  std::vector<FieldProblem> problems;
  absl::StatusOr<std::unique_ptr<Alignment>> alignment =
      Alignment::Create(ReadInputs(GetParam().inputs), ToOptions(GetParam().options), &problems);
  ASSERT_TRUE(alignment.ok()) << alignment.status();
  const CancelFlag cancel = false;
  absl::StatusOr<AlignmentResult> result = RunAlignment(**alignment, 2, cancel, nullptr);
  ASSERT_TRUE(result.ok()) << result.status();

  // tests/golden/README.md says why.
  const double sensitivity = expected.at("sensitivity");
  const double tolerance = std::min(1e-4, std::max(1e-6, 20 * sensitivity));
  ExpectNear(result->score, expected.at("score"), tolerance, "score");
  ExpectNear(result->score_per_fold, expected.at("score_per_fold"), tolerance, "score_per_fold");
  ExpectReadout(result->readout, expected, tolerance);
  ExpectReport(result->input, expected);

  const bool has_constant_targets = expected.at("constant_targets") > 0;
  EXPECT_EQ(result->constant_targets > 0, has_constant_targets);
  // A constant target ties at every penalty, so which one it took means nothing.
  if (expected.at("alpha_choice_is_stable") && !has_constant_targets &&
      !result->spec.shared_alpha) {
    ExpectNear(std::vector<double>(result->alpha_counts.begin(), result->alpha_counts.end()),
               expected.at("alpha_counts"), 0, "alpha_counts");
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenTest, testing::ValuesIn(AllCases()),
                         [](const testing::TestParamInfo<GoldenCase>& test) {
                           return test.param.name;
                         });

}  // namespace
}  // namespace brainalign
