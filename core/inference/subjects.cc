#include "core/inference/subjects.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "core/inference/quantile.h"

namespace brainalign {
namespace {

// Rounding within which two sums are equal, as a share of the sum of absolute values.
constexpr double kEqualSums = 1e-12;

// (2^n) The sums of `values` [begin, end) under every choice of signs.
std::vector<double> SignedSums(const std::vector<double>& values, std::size_t begin,
                               std::size_t end) {
  std::vector<double> sums = {0};
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t count = sums.size();
    for (std::size_t j = 0; j < count; ++j) {
      sums.push_back(sums[j] - values[i]);
      sums[j] += values[i];
    }
  }
  return sums;
}

// Counts over all 2^N choices without listing them: every sum is one of the first half plus one of
// the second.
double SignFlipP(const std::vector<double>& values) {
  double size = 0;
  for (const double value : values) size += std::abs(value);
  const double seen =
      std::abs(std::accumulate(values.begin(), values.end(), 0.0)) - kEqualSums * size;
  if (seen <= 0) return 1;
  const std::vector<double> first = SignedSums(values, 0, values.size() / 2);
  std::vector<double> second = SignedSums(values, values.size() / 2, values.size());
  std::sort(second.begin(), second.end());
  std::int64_t reaching = 0;
  for (const double sum : first) {
    reaching += second.end() - std::lower_bound(second.begin(), second.end(), seen - sum);
    reaching += std::upper_bound(second.begin(), second.end(), -seen - sum) - second.begin();
  }
  return std::ldexp(static_cast<double>(reaching), -static_cast<int>(values.size()));
}

}  // namespace

SubjectSummary SummariseSubjects(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  SubjectSummary summary;
  summary.mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (values.size() > 1) summary.se = SampleDeviation(values) / std::sqrt(count);
  if (values.size() >= kSubjectsForP && values.size() <= kMostSubjectsForP) {
    summary.p = SignFlipP(values);
  }
  return summary;
}

}  // namespace brainalign
