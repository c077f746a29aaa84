#include "core/align/side_facts.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "core/columns/delayed_features.h"
#include "core/inference/detrend.h"
#include "core/linalg/unit_exponent.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

constexpr int kColumnsSampled = 64;
constexpr int kTimesSampled = 4;

// At most `most` of 0, 1, .. `count` - 1, evenly spaced.
std::vector<std::int64_t> Sample(std::int64_t count, std::int64_t most) {
  const std::int64_t taken = std::min(count, most);
  std::vector<std::int64_t> sample;
  for (std::int64_t i = 0; i < taken; ++i) sample.push_back(i * count / taken);
  return sample;
}

}  // namespace

SideFacts::SideFacts(const Inputs& of, bool is_wanted)
    : of_(of),
      drift_(is_wanted ? of.inputs.layers.size() + 1 : 0),
      exponent_(is_wanted ? of.inputs.layers.size() : 0),
      autocorrelation_(is_wanted ? of.inputs.layers.size() : 0) {}

absl::Status SideFacts::Compute(int unit, const CancelFlag& cancel) {
  const auto u = static_cast<std::size_t>(unit);
  if (cancel) return CancelledByFlag();
  if (u < autocorrelation_.size()) {
    absl::StatusOr<Matrix> read = LayerColumns(of_.inputs.layers[u], cancel);
    if (!read.ok()) return read.status();
    Matrix& columns = *read;
    exponent_[u] = BringToUnit(columns.data(), Size(columns.size()));
    TakeOutTrends(columns);
    drift_[u] = DriftOf(of_.sessions, of_.onsets_seconds, columns);
    autocorrelation_[u] = AutocorrelationOf(of_.sessions, columns);
    return absl::OkStatus();
  }
  for (const std::int64_t time : Sample(of_.epochs.times(), kTimesSampled)) {
    if (cancel) return CancelledByFlag();
    drift_[u].Add(DriftOf(of_.sessions, of_.onsets_seconds, Sensors(static_cast<int>(time))));
  }
  return absl::OkStatus();
}

void SideFacts::AddTo(AlignmentResult& result) const {
  if (drift_.empty()) return;
  Drift of_model;
  const int most = *std::max_element(exponent_.begin(), exponent_.end());
  for (std::size_t l = 0; l < autocorrelation_.size(); ++l) {
    of_model.Add(drift_[l].Times(std::ldexp(1.0, 2 * (exponent_[l] - most))));
    const Autocorrelation none = {std::numeric_limits<double>::quiet_NaN(),
                                  std::numeric_limits<double>::quiet_NaN()};
    const Autocorrelation found = autocorrelation_[l].value_or(none);
    result.autocorrelation_lag_1.push_back(found.lag_1);
    result.autocorrelation_integral.push_back(found.integral_words);
  }
  result.uncertainty_facts.model_drift = of_model.BeyondChance();
  result.uncertainty_facts.brain_drift = drift_.back().BeyondChance();
}

absl::StatusOr<Matrix> SideFacts::LayerColumns(const LayerInput& layer,
                                               const CancelFlag& cancel) const {
  const Tensor& values = layer.activations;
  const std::vector<std::int64_t> sample = Sample(layer.features(), kColumnsSampled);
  const auto size = static_cast<std::int64_t>(DTypeSize(values.dtype()));
  const std::vector<std::int64_t>& words = of_.epochs.used_words();
  Matrix columns(std::ssize(words), std::ssize(sample));
  if (layer.delayed != nullptr) {
    const absl::StatusOr<Vector> mean = MeanOfUsedRows(layer, cancel);
    if (!mean.ok()) return mean.status();
    for (Eigen::Index c = 0; c < columns.cols(); ++c) {
      for (Eigen::Index w = 0; w < columns.rows(); ++w) {
        ReadDelayed(layer, *mean, words[Size(w)], sample[Size(c)], 1, &columns(w, c));
      }
    }
    return columns;
  }
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    const std::int64_t offset = sample[Size(c)] * values.stride(1);
    for (Eigen::Index w = 0; w < columns.rows(); ++w) {
      ConvertToDouble(values.dtype(),
                      values.data() + (words[Size(w)] * values.stride(0) + offset) * size, 1, 1,
                      &columns(w, c));
    }
  }
  return columns;
}

Matrix SideFacts::Sensors(int time) const {
  const std::vector<std::int64_t> sample = Sample(of_.epochs.sensors(), kColumnsSampled);
  std::vector<std::int32_t> words(static_cast<std::size_t>(of_.epochs.words()));
  std::iota(words.begin(), words.end(), 0);
  Matrix columns(of_.epochs.words(), std::ssize(sample));
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    double* const out = columns.col(c).data();
    of_.epochs.Gather(sample[Size(c)], time, 1, words.data(), std::ssize(words), &out);
    BringToUnit(out, words.size());
  }
  TakeOutTrends(columns);
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    auto column = columns.col(c).array();
    column -= column.mean();
    const double deviation = std::sqrt(column.square().mean());
    if (deviation > 0) column /= deviation;
  }
  return columns;
}

void SideFacts::TakeOutTrends(Matrix& columns) const {
  if (!of_.detrend) return;
  const Vector given = columns.colwise().squaredNorm().transpose();
  Detrend(of_.sessions, of_.onsets_seconds, *of_.detrend, columns);
  // A column that is all trend is constant then, as it is for the alignment.
  for (Eigen::Index c = 0; c < columns.cols(); ++c) {
    if (IsRounding(columns.col(c).squaredNorm(), given[c])) columns.col(c).setZero();
  }
}

double SideFacts::Bytes(double words) { return 8 * 5 * words * kColumnsSampled; }

Work SideFacts::UnitWork(double words) {
  return {0, kTimesSampled * 64 * words * kColumnsSampled, 64 * words * kColumnsSampled};
}

}  // namespace brainalign
