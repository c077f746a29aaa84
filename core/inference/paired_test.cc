#include "core/inference/paired_test.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/inference/block_draws.h"
#include "core/inference/block_intervals.h"
#include "core/inference/curve_times.h"
#include "core/inference/quantile.h"
#include "core/inference/student_t.h"

namespace brainalign {
namespace {

constexpr double kOutsidePaired = 0.05;  // of a 95 % interval

double PeakSlope(const double* matrix, const ScoreMatrix& shape) {
  return SlopeOnDepth(TimesOfLayers(PeakTime, matrix, shape.layers(), shape.times_seconds),
                      shape.depth);
}

std::optional<Interval> TInterval(double estimate, double error, int df) {
  const double half_width = TwoSidedTQuantile(kOutsidePaired, df) * error;
  return Interval{estimate - half_width, estimate + half_width};
}

// p of estimate / error. Without error only an estimate of 0 has one.
std::optional<double> TTest(double estimate, double error, int df) {
  if (error > 0) return TwoSidedT(estimate / error, df);
  return estimate == 0 ? std::optional<double>(1) : std::nullopt;
}

// The cell of each layer where the sum of both matrices is largest.
std::vector<std::size_t> CommonPeaks(const ScoreMatrix& first, const ScoreMatrix& second) {
  const std::size_t times = first.times_seconds.size();
  std::vector<std::size_t> cells;
  for (std::size_t layer = 0; layer < first.layers(); ++layer) {
    std::size_t best = layer * times;
    for (std::size_t cell = best; cell < (layer + 1) * times; ++cell) {
      if (first.score[cell] + second.score[cell] > first.score[best] + second.score[best]) {
        best = cell;
      }
    }
    cells.push_back(best);
  }
  return cells;
}

void TestCells(const RowMatrix<double>& influence, int df, std::uint64_t seed, int draws,
               PairedTest& test) {
  std::vector<double> t;
  for (std::size_t cell = 0; cell < test.se.size(); ++cell) {
    t.push_back(std::abs(test.difference[cell]) / (test.se[cell] > 0 ? test.se[cell] : 1.0));
    test.p_cell.push_back(TwoSidedT(t.back(), df));
  }
  if (df < kSimultaneousDegrees || draws == 0) return;
  std::vector<double> largest = LargestStandardised(influence, test.se, seed, draws);
  std::sort(largest.begin(), largest.end());
  for (const double value : t) {
    const auto reaching = largest.end() - std::lower_bound(largest.begin(), largest.end(), value);
    test.p_familywise.push_back((1 + static_cast<double>(reaching)) / (1 + draws));
  }
}

void TestSlopes(const ScoreMatrix& first, const ScoreMatrix& second,
                const RowMatrix<double>& first_influence, const RowMatrix<double>& second_influence,
                int df, std::uint64_t seed, int draws, PairedTest& test) {
  const auto slopes_of = [&](const ScoreMatrix& seen, const RowMatrix<double>& influence) {
    std::vector<double> slopes;
    std::vector<double> around(seen.score.size());
    ForEachDraw(influence, seed, draws, [&](const double* noise) {
      for (std::size_t cell = 0; cell < around.size(); ++cell) {
        around[cell] = seen.score[cell] + noise[cell];
      }
      slopes.push_back(PeakSlope(around.data(), seen));
    });
    return slopes;
  };
  std::vector<double> differences = slopes_of(first, first_influence);
  const std::vector<double> subtracted = slopes_of(second, second_influence);
  for (std::size_t draw = 0; draw < differences.size(); ++draw) {
    differences[draw] -= subtracted[draw];
  }
  const double error = SampleDeviation(differences);
  if (!std::isfinite(error)) return;
  test.slope_interval = TInterval(*test.slope_difference, error, df);
  test.slope_p = TTest(*test.slope_difference, error, df);
}

}  // namespace

PairedTest TestPair(const ScoreMatrix& first, const ScoreMatrix& second,
                    const BlockInfluence& first_influence, const BlockInfluence& second_influence,
                    std::uint64_t seed, int draws) {
  const RowMatrix<double> influence = first_influence.values - second_influence.values;
  const int df = first_influence.degrees_of_freedom;
  PairedTest test;
  for (std::size_t cell = 0; cell < first.score.size(); ++cell) {
    test.difference.push_back(first.score[cell] - second.score[cell]);
  }
  test.se = StandardErrors(influence);
  Vector alignment_influence = Vector::Zero(influence.rows());
  for (const std::size_t cell : CommonPeaks(first, second)) {
    test.alignment_difference += test.difference[cell];
    alignment_influence += influence.col(static_cast<Eigen::Index>(cell));
  }
  const auto layers = static_cast<double>(first.layers());
  test.alignment_difference /= layers;
  const double alignment_error = alignment_influence.norm() / layers;
  const double slope_difference =
      PeakSlope(first.score.data(), first) - PeakSlope(second.score.data(), second);
  if (std::isfinite(slope_difference)) test.slope_difference = slope_difference;
  if (df < kIntervalDegrees) return test;
  test.alignment_interval = TInterval(test.alignment_difference, alignment_error, df);
  test.alignment_p = TTest(test.alignment_difference, alignment_error, df);
  TestCells(influence, df, seed, draws, test);
  if (test.slope_difference.has_value()) {
    TestSlopes(first, second, first_influence.values, second_influence.values, df, seed, draws,
               test);
  }
  return test;
}

}  // namespace brainalign
