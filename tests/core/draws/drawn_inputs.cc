#include "tests/core/draws/drawn_inputs.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "tests/core/align/tensor_of_type.h"

namespace brainalign {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr int kSfreqHz = 20;

struct Sizes {
  int words;
  int sensors;
  int times;
  int layers;
  int dims;
  int sessions;
};

Sizes DrawSizes(Chances& chances, bool few) {
  ReproducibleRandom& random = chances.random;
  Sizes sizes{};
  if (few) {
    sizes.words = random.From<int>({40, 90, 250, 700, 2048});
    sizes.sensors = random.From<int>({1, 5, 12, 60});
  } else {
    sizes.words = random.From<int>({2049, 2049, 2100, 2200, 2400, 2600, 3000, 3000, 4500, 6000});
    sizes.sensors = random.From<int>({1, 3, 8, 8, 16, 24, 40});
  }
  sizes.times = random.From<int>({1, 1, 2, 3});
  sizes.layers = random.From<int>({1, 1, 2});
  sizes.dims = random.From<int>({1, 3, 8, 16, 32, 64});
  sizes.sessions = random.From<int>({1, 5, 5, 7});
  // Beyond 400 dimensions components come from subspace iteration.
  if (chances.Has(6, "wide")) {
    sizes.dims = 420;
    sizes.layers = sizes.times = 1;
  }
  chances.told.push_back(absl::StrCat(sizes.words, " words, ", sizes.sensors, " sensors, ",
                                      sizes.times, " times, ", sizes.layers, " layers, ",
                                      sizes.dims, " dimensions, ", sizes.sessions, " sessions"));
  return sizes;
}

// What all values of a tensor are multiplied by.
double DrawScale(Chances& chances, DType dtype) {
  if (dtype == DType::kF64 && chances.Has(20, "beyond float")) {
    return chances.PowerOfTwo(-940, 940);  // 1e-283 .. 1e283, faults beside
  }
  if (dtype == DType::kF16 || !chances.Has(25, "extreme unit")) return 1;
  return chances.PowerOfTwo(-60, 60);  // 1e-18 .. 1e18
}

// Half precision has nothing beyond 65,504.
MatrixXd Clamped(const MatrixXd& values, DType dtype) {
  if (dtype != DType::kF16) return values;
  return values.cwiseMax(-60000).cwiseMin(60000);
}

std::vector<double> RowByRow(const MatrixXd& values) {
  std::vector<double> rows;
  rows.reserve(static_cast<std::size_t>(values.size()));
  for (Index row = 0; row < values.rows(); ++row) {
    for (Index column = 0; column < values.cols(); ++column) rows.push_back(values(row, column));
  }
  return rows;
}

// (words, variables) What both sides share.
MatrixXd DrawVariables(Chances& chances, const Sizes& sizes) {
  MatrixXd variables = Normals(chances.random, sizes.words, 2 + chances.random.Below(6));
  if (chances.Has(15, "heavy-tailed variables")) {
    for (double& value : variables.reshaped()) value /= 0.05 + chances.random.Uniform();
  }
  if (chances.Has(20, "slow variables")) {
    for (Index word = 1; word < variables.rows(); ++word) {
      variables.row(word) += 0.9 * variables.row(word - 1);
    }
  }
  return variables;
}

LayerInput DrawLayer(Chances& chances, const Sizes& sizes, const std::vector<int>& session,
                     const MatrixXd& variables) {
  ReproducibleRandom& random = chances.random;
  const double noise = random.From<double>({0, 0.01, 0.3, 1, 1, 5});
  MatrixXd activations = variables * Normals(random, variables.cols(), sizes.dims) +
                         noise * Normals(random, sizes.words, sizes.dims);
  for (Index d = 0; d < activations.cols(); ++d) {
    activations.col(d) /= 1 + 0.2 * static_cast<double>(d);
  }
  const DType dtype = random.From<DType>({DType::kF32, DType::kF32, DType::kF32, DType::kBF16,
                                          DType::kBF16, DType::kF16, DType::kF64});
  chances.told.push_back(absl::StrCat("layer in ", DTypeName(dtype), " of noise ", noise));
  SpoilActivations(chances, session, activations);
  activations *= DrawScale(chances, dtype);
  if (dtype != DType::kF16 && chances.Has(4, "fill value")) {
    activations(random.Below(sizes.words), random.Below(sizes.dims)) = 1e20;
  }
  return {TensorOfType(dtype, {sizes.words, sizes.dims}, RowByRow(Clamped(activations, dtype))), 1,
          "layer"};
}

// Sets epochs (words, s, T).
void DrawEpochs(Chances& chances, const Sizes& sizes, const std::vector<int>& session,
                const MatrixXd& variables, BrainInput& brain) {
  const double noise = chances.random.From<double>({0, 0.1, 1, 1, 3});
  const Index times = sizes.times;
  MatrixXd rows = noise * Normals(chances.random, sizes.words * times, sizes.sensors);
  std::vector<int> session_of_row;
  for (const int of_word : session) session_of_row.insert(session_of_row.end(), times, of_word);
  const MatrixXd driven = variables * Normals(chances.random, variables.cols(), sizes.sensors);
  for (Index row = 0; row < rows.rows(); ++row) {
    rows.row(row) += driven.row(row / times) / static_cast<double>(1 + row % times);
  }
  SpoilSensors(chances, session_of_row, rows);
  const DType dtype = chances.random.From<DType>({DType::kF32, DType::kF32, DType::kF64});
  chances.told.push_back(absl::StrCat("epochs in ", DTypeName(dtype), " of noise ", noise));
  rows *= DrawScale(chances, dtype);
  std::vector<double> values;
  for (Index word = 0; word < sizes.words; ++word) {
    for (Index s = 0; s < sizes.sensors; ++s) {
      for (Index t = 0; t < times; ++t) values.push_back(rows(word * times + t, s));
    }
  }
  brain.epochs = TensorOfType(dtype, {sizes.words, sizes.sensors, sizes.times}, values);
}

// Sets a recording; onsets must be there.
void DrawRecording(Chances& chances, const Sizes& sizes, const std::vector<int>& session,
                   const MatrixXd& variables, BrainInput& brain) {
  const double noise = chances.random.From<double>({0.1, 1, 3});
  const auto sample = [&](Index word) {
    return static_cast<Index>(
        std::lround(brain.onsets_seconds[static_cast<std::size_t>(word)] * kSfreqHz));
  };
  const Index samples = sample(sizes.words - 1) + 20;
  MatrixXd rows = noise * Normals(chances.random, samples, sizes.sensors);
  std::vector<int> session_of_row(static_cast<std::size_t>(samples), 0);
  const MatrixXd driven = variables * Normals(chances.random, variables.cols(), sizes.sensors);
  for (Index word = 0; word < sizes.words; ++word) {
    for (Index t = 0; t < sizes.times; ++t) rows.row(sample(word) + t) += driven.row(word);
    std::fill(session_of_row.begin() + sample(word), session_of_row.end(),
              session[static_cast<std::size_t>(word)]);
  }
  SpoilSensors(chances, session_of_row, rows);
  const DType dtype = chances.random.From<DType>({DType::kF32, DType::kF32, DType::kF64});
  chances.told.push_back(absl::StrCat("recording in ", DTypeName(dtype), " of noise ", noise));
  rows *= DrawScale(chances, dtype);
  brain.sfreq_hz = kSfreqHz;
  brain.continuous = TensorOfType(dtype, {sizes.sensors, samples}, RowByRow(rows.transpose()));
}

}  // namespace

MatrixXd Normals(ReproducibleRandom& random, Index rows, Index columns) {
  MatrixXd values(rows, columns);
  for (double& value : values.reshaped()) value = random.Normal();
  return values;
}

AlignmentInputs DrawInputs(Chances& chances, bool few) {
  const Sizes sizes = DrawSizes(chances, few);
  std::vector<int> session;
  for (int word = 0; word < sizes.words; ++word) {
    session.push_back(word * sizes.sessions / sizes.words);
  }
  const MatrixXd variables = DrawVariables(chances, sizes);
  AlignmentInputs inputs;
  for (int layer = 0; layer < sizes.layers; ++layer) {
    inputs.layers.push_back(DrawLayer(chances, sizes, session, variables));
    inputs.layers.back().relative_depth = (layer + 1.0) / sizes.layers;
  }
  BrainInput& brain = inputs.brain;
  for (int t = 0; t < sizes.times; ++t) {
    brain.times_seconds.push_back(static_cast<double>(t) / kSfreqHz);
  }
  const bool continuous = chances.random.Chance(25);
  if (continuous || chances.Has(40, "onsets")) {
    int sample = 20;
    for (int word = 0; word < sizes.words; ++word) {
      if (word > 0 &&
          session[static_cast<std::size_t>(word)] != session[static_cast<std::size_t>(word - 1)]) {
        sample += 60;
      }
      brain.onsets_seconds.push_back(static_cast<double>(sample) / kSfreqHz);
      sample += 1 + chances.random.Below(6);
    }
  }
  if (sizes.sessions > 1 && chances.Has(60, "groups")) {
    brain.groups.assign(session.begin(), session.end());
  }
  if (continuous) {
    DrawRecording(chances, sizes, session, variables, brain);
  } else {
    DrawEpochs(chances, sizes, session, variables, brain);
  }
  return inputs;
}

}  // namespace brainalign
