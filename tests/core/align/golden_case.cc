#include "tests/core/align/golden_case.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <string>

#include "core/align/alignment.h"
#include "core/tensor/format/npy.h"
#include "gtest/gtest.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using nlohmann::json;

const char kFolder[] = BRAINALIGN_SOURCE_DIR "/tests/golden/";

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

}  // namespace

void PrintTo(const GoldenCase& golden, std::ostream* out) { *out << golden.entry.dump(); }

json ReadGolden(const std::string& path) {
  std::ifstream file(kFolder + path);
  EXPECT_TRUE(file.is_open()) << path;
  return json::parse(file);
}

std::vector<GoldenCase> GoldenCases(const std::string& manifest) {
  std::vector<GoldenCase> cases;
  for (const json& entry : ReadGolden(manifest)) {
    cases.push_back({entry.at("name"), entry.at("inputs"), entry.at("options"), entry});
  }
  return cases;
}

AlignmentInputs ReadGoldenInputs(const std::string& name) {
  const std::string folder = std::string(kFolder) + "inputs/" + name + "/";
  AlignmentInputs inputs;
  inputs.brain.epochs = OpenIfThere(folder + "epochs.npy");
  inputs.brain.continuous = OpenIfThere(folder + "continuous.npy");
  inputs.brain.onsets_seconds = DoublesIfThere(folder + "onsets.npy");
  inputs.brain.times_seconds = DoublesIfThere(folder + "times.npy");
  for (double group : DoublesIfThere(folder + "groups.npy")) {
    inputs.brain.groups.push_back(static_cast<std::int64_t>(group));
  }
  for (double start : DoublesIfThere(folder + "session_starts.npy")) {
    inputs.brain.session_starts.push_back(static_cast<std::int64_t>(start));
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
    } else if (key == "cca_components") {
      options.cca_components = value.get<int>();
    } else if (key == "cca_rho") {
      options.cca_rho = value.get<double>();
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

std::vector<std::string> ColumnNames(std::size_t count) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < count; ++c) names.push_back("column " + std::to_string(c));
  return names;
}

void SetNuisance(const json& rows, AlignmentInputs& inputs, AlignmentOptions& options) {
  const auto columns = std::ssize(rows.front());
  options.nuisance = ColumnNames(static_cast<std::size_t>(columns));
  inputs.nuisance = TensorOfDoubles({std::ssize(rows), columns}, Flatten(rows));
}

absl::StatusOr<AlignmentResult> AlignGolden(const GoldenCase& golden,
                                            const AlignmentOptions& options) {
  std::vector<FieldProblem> problems;
  absl::StatusOr<std::unique_ptr<Alignment>> alignment =
      Alignment::Create(ReadGoldenInputs(golden.inputs), options, &problems);
  if (!alignment.ok()) return alignment.status();
  const CancelFlag cancel = false;
  return RunAlignment(**alignment, 2, cancel, nullptr);
}

double ToleranceOf(const json& expected) {
  const double sensitivity = expected.at("sensitivity");
  return std::min(1e-4, std::max(1e-6, 20 * sensitivity));
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

}  // namespace brainalign
