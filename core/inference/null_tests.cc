#include "core/inference/null_tests.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/inference/curve_times.h"
#include "core/inference/multiple_tests.h"

namespace brainalign {
namespace {

// Rounding within which two statistics are equal.
constexpr double kTie = 1e-12;

double ShareWithObserved(std::size_t exceedances, std::size_t draws) {
  return (1 + static_cast<double>(exceedances)) / (1 + static_cast<double>(draws));
}

double MeanOfMaxima(const double* matrix, std::size_t layers, std::size_t times) {
  double sum = 0;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    sum += *std::max_element(matrix + layer * times, matrix + (layer + 1) * times);
  }
  return sum / static_cast<double>(layers);
}

std::vector<double> PeaksOf(const double* matrix, const ScoreMatrix& seen) {
  return TimesOfLayers(PeakTime, matrix, seen.layers(), seen.times_seconds);
}

}  // namespace

double ExceedanceP(const std::vector<double>& null, double seen) {
  const auto exceedances =
      std::count_if(null.begin(), null.end(), [&](double draw) { return draw >= seen - kTie; });
  return ShareWithObserved(static_cast<std::size_t>(exceedances), null.size());
}

std::optional<double> TwoSidedExceedanceP(const std::vector<double>& null, double seen) {
  if (!std::isfinite(seen)) return std::nullopt;
  const auto exceedances = std::count_if(null.begin(), null.end(), [&](double draw) {
    return !std::isfinite(draw) || std::abs(draw) >= std::abs(seen) - kTie;
  });
  return ShareWithObserved(static_cast<std::size_t>(exceedances), null.size());
}

NoRelationTests TestNoRelation(const ScoreMatrix& seen, const MatrixDraws& null) {
  const std::size_t cells = seen.score.size();
  const std::size_t times = seen.times_seconds.size();
  const auto draws = static_cast<std::size_t>(null.rows());
  std::vector<std::size_t> above(cells, 0);
  std::vector<double> maxima;
  std::vector<double> means_of_maxima;
  std::vector<double> temporal_scores;
  for (Eigen::Index draw = 0; draw < null.rows(); ++draw) {
    const double* matrix = null.data() + draw * null.cols();
    for (std::size_t cell = 0; cell < cells; ++cell)
      above[cell] += matrix[cell] >= seen.score[cell];
    maxima.push_back(*std::max_element(matrix, matrix + cells));
    means_of_maxima.push_back(MeanOfMaxima(matrix, seen.layers(), times));
    temporal_scores.push_back(DepthCorrelation(PeaksOf(matrix, seen), seen.depth));
  }
  NoRelationTests tests;
  tests.p_max = ExceedanceP(maxima, *std::max_element(seen.score.begin(), seen.score.end()));
  tests.p_mean_of_maxima =
      ExceedanceP(means_of_maxima, MeanOfMaxima(seen.score.data(), seen.layers(), times));
  std::sort(maxima.begin(), maxima.end());
  // Number of nulls that may reach a score, so that 1 + this number is at most 0.05 (1 + draws).
  if (const std::size_t rank = (draws + 1) / 20; rank > 0) {
    tests.familywise_threshold = maxima[draws - rank];
  }
  for (std::size_t cell = 0; cell < cells; ++cell) {
    tests.p_cell.push_back(ShareWithObserved(above[cell], draws));
    const auto reaching =
        maxima.end() - std::lower_bound(maxima.begin(), maxima.end(), seen.score[cell]);
    tests.p_familywise.push_back(ShareWithObserved(static_cast<std::size_t>(reaching), draws));
  }
  tests.q_cell = FalseDiscoveryRates(tests.p_cell);
  const DepthTrend trend = TrendSeen(PeaksOf(seen.score.data(), seen), seen.depth,
                                     TimeRoundingSeconds(seen.times_seconds));
  tests.p_temporal_score = TwoSidedExceedanceP(temporal_scores, trend.score);
  tests.fdr_limited_by_nulls = draws < NullsForFalseDiscoveryRate(cells);
  return tests;
}

NoRelationTests TestLargestScore(const ScoreMatrix& seen, const MatrixDraws& null) {
  std::vector<double> maxima;
  for (Eigen::Index draw = 0; draw < null.rows(); ++draw) {
    maxima.push_back(null.row(draw).maxCoeff());
  }
  NoRelationTests tests;
  tests.p_max = ExceedanceP(maxima, *std::max_element(seen.score.begin(), seen.score.end()));
  tests.p_mean_of_maxima = std::numeric_limits<double>::quiet_NaN();
  return tests;
}

}  // namespace brainalign
