#include "tests/core/calibration/rates.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_format.h"

namespace brainalign {

Rate RateOf(const std::vector<bool>& hits) {
  Rate rate;
  rate.count = static_cast<int>(hits.size());
  if (hits.empty()) return rate;
  rate.share = static_cast<double>(std::count(hits.begin(), hits.end(), true)) / rate.count;
  rate.error = std::sqrt(std::max(rate.share * (1 - rate.share), 0.25 / rate.count) / rate.count);
  return rate;
}

Rate RateBelow(const std::vector<double>& p, double level) {
  std::vector<bool> hits;
  for (const double value : p) hits.push_back(value <= level);
  return RateOf(hits);
}

Rate MeanOf(const std::vector<double>& shares) {
  Rate rate;
  rate.count = static_cast<int>(shares.size());
  if (shares.empty()) return rate;
  rate.share = std::accumulate(shares.begin(), shares.end(), 0.0) / rate.count;
  double squares = 0;
  for (const double share : shares) squares += (share - rate.share) * (share - rate.share);
  rate.error = std::sqrt(squares / std::max(1, rate.count - 1) / rate.count);
  return rate;
}

double UniformityP(std::vector<double> p, int draws) {
  if (p.empty()) return 1;
  std::sort(p.begin(), p.end());
  const auto n = static_cast<double>(p.size());
  double largest = 0;
  for (int k = 1; k <= draws + 1; ++k) {
    const double level = static_cast<double>(k) / (draws + 1);
    const auto below = std::upper_bound(p.begin(), p.end(), level + 1e-9) - p.begin();
    largest = std::max(largest, std::abs(static_cast<double>(below) / n - level));
  }
  // Kolmogorov's limit, with Stephens' correction for few values.
  const double root = std::sqrt(n);
  const double x = largest * (root + 0.12 + 0.11 / root);
  if (x < 0.3) return 1;  // the series hardly converges there, and all of it is above 0.999
  double sum = 0;
  for (int k = 1; k <= 100; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
  return std::clamp(sum, 0.0, 1.0);
}

std::string InWords(const Rate& rate) {
  return absl::StrFormat("%.3f +- %.3f", rate.share, rate.error);
}

}  // namespace brainalign
