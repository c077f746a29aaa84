#include "core/align/readout.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/SpecialFunctions>

#include "core/inference/curve_times.h"

namespace brainalign {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Peak {
  double t_max = kNaN;
  double t_argmax = kNaN;
  double maximum = 0;
  bool contiguous = true;
};

Peak PeakOf(const double* curve, const std::vector<double>& times_seconds) {
  Peak peak;
  const std::size_t count = times_seconds.size();
  const double* top = std::max_element(curve, curve + count);
  peak.maximum = *top;
  peak.t_argmax = times_seconds[static_cast<std::size_t>(top - curve)];
  if (!(peak.maximum > 0)) return peak;
  peak.t_max = PeakTime(curve, times_seconds);
  peak.contiguous = PeakIsContiguous(curve, count);
  return peak;
}

double Pearson(const std::vector<double>& a, const std::vector<double>& b) {
  const Eigen::Map<const Eigen::ArrayXd> x(a.data(), static_cast<Eigen::Index>(a.size()));
  const Eigen::Map<const Eigen::ArrayXd> y(b.data(), static_cast<Eigen::Index>(b.size()));
  const Eigen::ArrayXd dx = x - x.mean();
  const Eigen::ArrayXd dy = y - y.mean();
  const double r = (dx * dy).sum() / std::sqrt(dx.square().sum() * dy.square().sum());
  return std::clamp(r, -1.0, 1.0);  // keeps NaN
}

int WindowOf(double time_seconds, const std::vector<double>& bounds) {
  const auto next = std::upper_bound(bounds.begin(), bounds.end(), time_seconds);
  return static_cast<int>(next - bounds.begin()) - 1;
}

std::vector<WindowMean> WindowMeans(const std::vector<double>& score, std::size_t layers,
                                    const std::vector<double>& times_seconds,
                                    const std::vector<double>& bounds) {
  std::vector<WindowMean> windows;
  for (std::size_t w = 0; w < bounds.size(); ++w) {
    WindowMean window;
    window.begin_seconds = bounds[w];
    window.end_seconds =
        w + 1 < bounds.size() ? bounds[w + 1] : std::numeric_limits<double>::infinity();
    for (std::size_t layer = 0; layer < layers; ++layer) {
      double sum = 0;
      int count = 0;
      for (std::size_t t = 0; t < times_seconds.size(); ++t) {
        if (WindowOf(times_seconds[t], bounds) != static_cast<int>(w)) continue;
        sum += score[layer * times_seconds.size() + t];
        ++count;
      }
      window.mean.push_back(count > 0 ? sum / count : kNaN);
    }
    windows.push_back(std::move(window));
  }
  return windows;
}

}  // namespace

double PearsonP(double r, int n) {
  if (n < 3 || std::isnan(r)) return kNaN;
  // P(|t| > t0) = I_{1 - r^2}((n - 2) / 2, 1 / 2), the regularised incomplete beta function.
  const double x = 1.0 - r * r;
  if (x <= 0) return 0.0;
  return Eigen::numext::betainc((n - 2) / 2.0, 0.5, x);
}

MatrixReadout ReadOff(const std::vector<double>& score, const std::vector<double>& times_seconds,
                      const std::vector<double>& depth,
                      const std::vector<double>& window_bounds_seconds) {
  MatrixReadout readout;
  const std::size_t layers = depth.size();
  double sum_of_maxima = 0;
  double best = -std::numeric_limits<double>::infinity();
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const Peak peak = PeakOf(score.data() + layer * times_seconds.size(), times_seconds);
    readout.t_max.push_back(peak.t_max);
    readout.t_argmax.push_back(peak.t_argmax);
    readout.t_max_contiguous.push_back(peak.contiguous);
    readout.window_of_maximum.push_back(WindowOf(peak.t_argmax, window_bounds_seconds));
    sum_of_maxima += peak.maximum;
    best = std::max(best, peak.maximum);
  }
  readout.alignment_score_mean_of_layer_maxima = sum_of_maxima / static_cast<double>(layers);
  readout.alignment_score_best_layer = best;
  readout.windows = WindowMeans(score, layers, times_seconds, window_bounds_seconds);
  const bool defined = layers >= 3 &&
                       std::none_of(readout.t_max.begin(), readout.t_max.end(),
                                    [](double t) { return std::isnan(t); }) &&
                       HasSpread(readout.t_max, TimeRoundingSeconds(times_seconds)) &&
                       HasSpread(depth, FloatRounding(depth));
  readout.temporal_score = defined ? Pearson(depth, readout.t_max) : kNaN;
  readout.temporal_score_p = PearsonP(readout.temporal_score, static_cast<int>(layers));
  return readout;
}

}  // namespace brainalign
