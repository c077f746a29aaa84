#include "core/inference/block_intervals.h"

#include <cmath>
#include <cstddef>
#include <utility>

#include "core/inference/block_draws.h"
#include "core/inference/curve_times.h"
#include "core/inference/quantile.h"
#include "core/inference/student_t.h"

namespace brainalign {
namespace {

constexpr double kOutside = 0.05;  // of a 95 % interval

// The draws of one kind of time: t_max or t_half.
struct TimeDraws {
  std::vector<std::vector<double>> times;  // (L, draws)
  std::vector<double> slopes;              // (draws)
  std::vector<double> scores;              // (draws)
};

void AppendDraw(const std::vector<double>& layer_times, const std::vector<double>& depth,
                TimeDraws& draws) {
  draws.times.resize(layer_times.size());
  for (std::size_t layer = 0; layer < layer_times.size(); ++layer) {
    draws.times[layer].push_back(layer_times[layer]);
  }
  draws.slopes.push_back(SlopeOnDepth(layer_times, depth));
  draws.scores.push_back(DepthCorrelation(layer_times, depth));
}

std::optional<Interval> Around(double estimate, double t_quantile,
                               const std::vector<double>& draws) {
  const double half_width = t_quantile * SampleDeviation(draws);
  if (!std::isfinite(estimate) || !std::isfinite(half_width)) return std::nullopt;
  return Interval{estimate - half_width, estimate + half_width};
}

std::vector<std::optional<Interval>> AroundEach(const std::vector<double>& estimates,
                                                double t_quantile,
                                                const std::vector<std::vector<double>>& draws) {
  std::vector<std::optional<Interval>> intervals;
  for (std::size_t layer = 0; layer < estimates.size(); ++layer) {
    intervals.push_back(Around(estimates[layer], t_quantile, draws[layer]));
  }
  return intervals;
}

}  // namespace

BlockIntervals IntervalsOf(const ScoreMatrix& seen, const BlockInfluence& influence,
                           const std::vector<double>& standard_errors, std::uint64_t seed,
                           int draws) {
  BlockIntervals intervals;
  intervals.t_max.resize(seen.layers());
  intervals.t_half.resize(seen.layers());
  if (influence.degrees_of_freedom < kIntervalDegrees) return intervals;
  const double t_quantile = TwoSidedTQuantile(kOutside, influence.degrees_of_freedom);
  intervals.t_quantile = t_quantile;
  if (draws == 0) return intervals;
  if (influence.degrees_of_freedom >= kSimultaneousDegrees) {
    intervals.simultaneous_quantile =
        Quantile(LargestStandardised(influence.values, standard_errors, seed, draws), 1 - kOutside);
  }
  TimeDraws peaks;
  TimeDraws halves;
  std::vector<double> around(seen.score.size());
  ForEachDraw(influence.values, seed, draws, [&](const double* noise) {
    for (std::size_t cell = 0; cell < around.size(); ++cell) {
      around[cell] = seen.score[cell] + noise[cell];
    }
    const auto times_of = [&](CurveTime curve_time) {
      return TimesOfLayers(curve_time, around.data(), seen.layers(), seen.times_seconds);
    };
    AppendDraw(times_of(PeakTime), seen.depth, peaks);
    AppendDraw(times_of(HalfMaximumTime), seen.depth, halves);
  });
  const auto seen_times = [&](CurveTime curve_time) {
    return TimesOfLayers(curve_time, seen.score.data(), seen.layers(), seen.times_seconds);
  };
  const std::vector<double> t_max = seen_times(PeakTime);
  const std::vector<double> t_half = seen_times(HalfMaximumTime);
  intervals.t_max = AroundEach(t_max, t_quantile, peaks.times);
  intervals.t_half = AroundEach(t_half, t_quantile, halves.times);
  const DepthTrend of_max = TrendSeen(t_max, seen.depth, TimeRoundingSeconds(seen.times_seconds));
  const DepthTrend of_half = TrendSeen(t_half, seen.depth, FloatRounding(seen.times_seconds));
  intervals.slope = Around(of_max.slope, t_quantile, peaks.slopes);
  intervals.half_slope = Around(of_half.slope, t_quantile, halves.slopes);
  const Interval spread{Quantile(peaks.scores, kOutside / 2),
                        Quantile(peaks.scores, 1 - kOutside / 2)};
  if (std::isfinite(spread.low)) intervals.temporal_score_spread = spread;
  return intervals;
}

}  // namespace brainalign
