#include "core/inference/curve_times.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

namespace brainalign {
namespace {

constexpr double kNoTime = std::numeric_limits<double>::quiet_NaN();
constexpr double kPeakShare = 0.95;
constexpr double kHalf = 0.5;
// Times whose root of summed squared deviations is at most this, in seconds, are equal.
constexpr double kEqualTimes = 1e-12;
// Share of the step of an even grid by which its rounded times may miss it.
constexpr double kEvenGridShare = 0.05;

double MeanOf(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// The time at a place between samples. Times that are even are taken as the grid that the first two
// begin; others are joined by straight lines.
double TimeAtPlace(const std::vector<double>& times, double place) {
  if (times.size() < 2) return times[0];
  const double step = times[1] - times[0];
  const double last = times[0] + static_cast<double>(times.size() - 1) * step;
  if (std::abs(times.back() - last) <= kEvenGridShare * std::abs(step)) {
    return times[0] + place * step;
  }
  const std::size_t below = std::min(static_cast<std::size_t>(place), times.size() - 2);
  return times[below] + (place - static_cast<double>(below)) * (times[below + 1] - times[below]);
}

// 2^-23: the most by which two float32 numbers differ that were rounded from the same, relative.
constexpr double kFloatRounding = 0x1p-23;

double LargestMagnitude(const std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

struct Deviations {
  double products = 0;  // of times and depths
  double times = 0;     // squared
  double depths = 0;    // squared
};

Deviations DeviationsOf(const std::vector<double>& layer_times, const std::vector<double>& depth) {
  const double mean_time = MeanOf(layer_times);
  const double mean_depth = MeanOf(depth);
  Deviations sums;
  for (std::size_t layer = 0; layer < depth.size(); ++layer) {
    const double time = layer_times[layer] - mean_time;
    const double deep = depth[layer] - mean_depth;
    sums.products += time * deep;
    sums.times += time * time;
    sums.depths += deep * deep;
  }
  return sums;
}

}  // namespace

double PeakTime(const double* curve, const std::vector<double>& times_seconds) {
  const std::size_t count = times_seconds.size();
  const double top = *std::max_element(curve, curve + count);
  if (!(top > 0)) return kNoTime;
  double sum = 0;
  double reached = 0;
  for (std::size_t t = 0; t < count; ++t) {
    if (curve[t] < kPeakShare * top) continue;
    sum += times_seconds[t];
    ++reached;
  }
  return sum / reached;
}

bool PeakIsContiguous(const double* curve, std::size_t times) {
  const double level = kPeakShare * *std::max_element(curve, curve + times);
  const auto reaches = [&](double value) { return value >= level; };
  const double* first = std::find_if(curve, curve + times, reaches);
  const double* after = std::find_if_not(first, curve + times, reaches);
  return std::none_of(after, curve + times, reaches);
}

double HalfMaximumTime(const double* curve, const std::vector<double>& times_seconds) {
  const std::size_t count = times_seconds.size();
  const auto top = static_cast<std::size_t>(std::max_element(curve, curve + count) - curve);
  if (!(curve[top] > 0)) return kNoTime;
  const double level = kHalf * curve[top];
  std::size_t first = top;
  while (first > 0 && curve[first - 1] >= level) --first;
  std::size_t last = top;
  while (last + 1 < count && curve[last + 1] >= level) ++last;
  auto left = static_cast<double>(first);
  if (first > 0) {
    left = left - 1 + (level - curve[first - 1]) / (curve[first] - curve[first - 1]);
  }
  auto right = static_cast<double>(last);
  if (last + 1 < count) right += (curve[last] - level) / (curve[last] - curve[last + 1]);
  return (TimeAtPlace(times_seconds, left) + TimeAtPlace(times_seconds, right)) / 2;
}

std::vector<double> TimesOfLayers(CurveTime curve_time, const double* matrix, std::size_t layers,
                                  const std::vector<double>& times_seconds) {
  std::vector<double> result(layers);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    result[layer] = curve_time(matrix + layer * times_seconds.size(), times_seconds);
  }
  return result;
}

double FloatRounding(const std::vector<double>& values) {
  return kFloatRounding * LargestMagnitude(values);
}

double TimeRoundingSeconds(const std::vector<double>& times_seconds) {
  const double of_float = FloatRounding(times_seconds);
  if (times_seconds.size() < 3) return of_float;
  const double first = times_seconds.front();
  const double step =
      (times_seconds.back() - first) / static_cast<double>(times_seconds.size() - 1);
  double lowest = 0;
  double highest = 0;
  for (std::size_t t = 0; t < times_seconds.size(); ++t) {
    const double distance = times_seconds[t] - (first + static_cast<double>(t) * step);
    lowest = std::min(lowest, distance);
    highest = std::max(highest, distance);
  }
  const bool even = std::max(highest, -lowest) <= kEvenGridShare * step;
  return even ? std::max(of_float, highest - lowest) : of_float;
}

bool HasSpread(const std::vector<double>& values, double rounding) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  return *highest - *lowest > rounding;
}

double SlopeOnDepth(const std::vector<double>& layer_times, const std::vector<double>& depth) {
  const Deviations sums = DeviationsOf(layer_times, depth);
  if (!(sums.depths > 0) || std::isnan(sums.times)) return kNoTime;
  return std::sqrt(sums.times) <= kEqualTimes ? 0 : sums.products / sums.depths;
}

double DepthCorrelation(const std::vector<double>& layer_times, const std::vector<double>& depth) {
  const Deviations sums = DeviationsOf(layer_times, depth);
  if (depth.size() < 3 || !(sums.depths > 0) || std::isnan(sums.times)) return kNoTime;
  const double spread = std::sqrt(sums.times);
  if (spread <= kEqualTimes) return 0;
  return std::clamp(sums.products / (spread * std::sqrt(sums.depths)), -1.0, 1.0);
}

DepthTrend TrendSeen(const std::vector<double>& layer_times, const std::vector<double>& depth,
                     double rounding_seconds) {
  const bool defined = std::none_of(layer_times.begin(), layer_times.end(),
                                    [](double time) { return std::isnan(time); });
  if (!defined || !HasSpread(depth, FloatRounding(depth))) return {kNoTime, kNoTime};
  if (!HasSpread(layer_times, rounding_seconds)) {
    return {layer_times.size() < 3 ? kNoTime : 0, 0};
  }
  return {DepthCorrelation(layer_times, depth), SlopeOnDepth(layer_times, depth)};
}

}  // namespace brainalign
