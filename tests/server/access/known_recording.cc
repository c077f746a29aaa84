#include "tests/server/access/known_recording.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "tests/server/server_test.h"

namespace brainalign {

std::string BytesOf(const std::vector<Column>& columns) {
  std::string bytes;
  for (const Column& column : columns) {
    bytes.append(static_cast<const char*>(static_cast<const void*>(column.data())),
                 column.size() * sizeof(float));
  }
  return bytes;
}

double Inner(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

double Correlation(const Vector& a, const Vector& b) {
  const auto centred = [](Vector values) {
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    for (double& value : values) value -= mean;
    return values;
  };
  const Vector x = centred(a);
  const Vector y = centred(b);
  return Inner(x, y) / std::sqrt(Inner(x, x) * Inner(y, y));
}

double ChanceCorrelation(std::size_t n) { return 4 / std::sqrt(static_cast<double>(n) - 1); }

KnownRecording::KnownRecording(int words, unsigned seed) : words_(words) {
  const std::string bytes = Noise(std::int64_t{words} * kSensors * kTimes, seed);
  values_.resize(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.end(), static_cast<char*>(static_cast<void*>(values_.data())));
}

std::vector<Vector> KnownRecording::SeenBy(int time, int begin, int end) const {
  std::vector<Vector> seen(static_cast<std::size_t>(words_), Vector(kSensors));
  for (int s = 0; s < kSensors; ++s) {
    double mean = 0;
    double square = 0;
    double part = 0;
    for (int w = 0; w < words_; ++w) {
      mean += Value(w, s, time) / words_;
      square += Value(w, s, time) * Value(w, s, time) / words_;
      if (w >= begin && w < end) part += Value(w, s, time) / (end - begin);
    }
    for (int w = 0; w < words_; ++w) {
      seen[static_cast<std::size_t>(w)][static_cast<std::size_t>(s)] =
          (Value(w, s, time) - part) / std::sqrt(square - mean * mean);
    }
  }
  return seen;
}

double KnownRecording::PredictedDifference(const Column& column, int a, int time) const {
  const std::vector<Vector> seen = SeenBy(time, 0, words_);
  double mean = 0;
  for (int w = 0; w < words_; ++w) {
    if (w != a && w != a + 1) mean += column[static_cast<std::size_t>(w)] / (words_ - 2);
  }
  Vector weights(kSensors);
  for (int w = 0; w < words_; ++w) {
    if (w == a || w == a + 1) continue;
    const auto at = static_cast<std::size_t>(w);
    for (std::size_t s = 0; s < weights.size(); ++s) {
      weights[s] += seen[at][s] * (column[at] - mean);
    }
  }
  const auto first = static_cast<std::size_t>(a);
  return Inner(weights, seen[first]) - Inner(weights, seen[first + 1]);
}

double KnownRecording::Value(int word, int sensor, int time) const {
  return values_[static_cast<std::size_t>((word * kSensors + sensor) * kTimes + time)];
}

}  // namespace brainalign
