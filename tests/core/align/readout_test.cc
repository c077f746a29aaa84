#include "core/align/readout.h"

#include <cmath>
#include <cstddef>
#include <iterator>
#include <vector>

#include "core/inference/curve_times.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;

TEST(ReadoutTest, PeakTimeIsTheMeanOfTheTimesThatReachNinetyFivePercent) {
  const MatrixReadout readout =
      ReadOff({0.1, 0.96, 1.0, 0.5, 0.0}, {0.0, 0.1, 0.2, 0.3, 0.4}, {1.0}, {0.0});
  EXPECT_THAT(readout.t_max, ElementsAre(DoubleEq((0.1 + 0.2) / 2)));
  EXPECT_THAT(readout.t_argmax, ElementsAre(0.2));
  EXPECT_THAT(readout.t_max_contiguous, ElementsAre(true));
}

TEST(ReadoutTest, TwoPeaksAreSaidNotToBeOneStretch) {
  const MatrixReadout readout = ReadOff({1.0, 0.2, 0.99}, {0.0, 0.1, 0.2}, {1.0}, {0.0});
  EXPECT_THAT(readout.t_max, ElementsAre(DoubleEq(0.1)));
  EXPECT_THAT(readout.t_max_contiguous, ElementsAre(false));
}

TEST(ReadoutTest, ALayerThatNeverRisesAboveZeroHasNoPeakTime) {
  const MatrixReadout readout =
      ReadOff({-0.2, -0.1, 0.3, 0.2, 0.1, 0.2}, {0.0, 0.1}, {0.3, 0.6, 1.0}, {0.0});
  EXPECT_TRUE(std::isnan(readout.t_max[0]));
  EXPECT_DOUBLE_EQ(readout.t_argmax[0], 0.1);
  EXPECT_TRUE(std::isnan(readout.temporal_score));
  EXPECT_TRUE(std::isnan(readout.temporal_score_p));
}

TEST(ReadoutTest, AlignmentScoresAreTheMeanAndTheGreatestOfTheMaxima) {
  const MatrixReadout readout = ReadOff({0.1, 0.4, 0.2, 0.1}, {0.0, 0.1}, {0.5, 1.0}, {0.0});
  EXPECT_DOUBLE_EQ(readout.alignment_score_mean_of_layer_maxima, 0.3);
  EXPECT_DOUBLE_EQ(readout.alignment_score_best_layer, 0.4);
  EXPECT_TRUE(std::isnan(readout.temporal_score)) << "two layers have no temporal score";
}

TEST(ReadoutTest, WindowsTakeTheirFirstBoundAndNotTheirLast) {
  const MatrixReadout readout =
      ReadOff({9, 1, 2, 3, 4, 5}, {-0.1, 0.0, 0.1, 0.2, 0.4, 0.5}, {1.0}, {0.0, 0.2, 0.5});
  ASSERT_EQ(readout.windows.size(), 3u);
  EXPECT_THAT(readout.windows[0].mean, ElementsAre(1.5));
  EXPECT_THAT(readout.windows[1].mean, ElementsAre(3.5));
  EXPECT_THAT(readout.windows[2].mean, ElementsAre(5.0));
  EXPECT_TRUE(std::isinf(readout.windows[2].end_seconds));
  EXPECT_THAT(readout.window_of_maximum, ElementsAre(-1)) << "the maximum lies before onset";
}

TEST(ReadoutTest, TemporalScoreIsOneForPeaksThatMoveEvenlyWithDepth) {
  const MatrixReadout readout =
      ReadOff({1, 0, 0, 0, 1, 0, 0, 0, 1}, {0.1, 0.2, 0.3}, {0.25, 0.5, 0.75}, {0.0});
  EXPECT_NEAR(readout.temporal_score, 1.0, 1e-12);
  EXPECT_NEAR(readout.temporal_score_p, 0.0, 1e-6);
}

// Layers that peak around the middle of 11 times, on 1, 3, 5, 7 of them in turn.
double TemporalScoreOfEqualPeaks(const std::vector<double>& times, int layers) {
  std::vector<double> score;
  std::vector<double> depth;
  for (int l = 0; l < layers; ++l) {
    for (int t = 0; t < 11; ++t) score.push_back(std::abs(t - 5) <= l % 4 ? 1.0 : 0.1);
    depth.push_back((l + 1.0) / layers);
  }
  return ReadOff(score, times, depth, {0.0}).temporal_score;
}

TEST(ReadoutTest, EqualPeaksHaveNoTemporalScoreHoweverTimesAreRounded) {
  using Rounding = double (*)(double);
  const Rounding roundings[] = {
      [](double t) { return t; },
      [](double t) { return static_cast<double>(static_cast<float>(t)); },
      [](double t) { return std::round(t * 1000) / 1000; },
      [](double t) { return std::round(t * 1024) / 1024; },
  };
  for (const double step : {1.0 / 30, 0.1, 0.004, 1.0 / 256, 0.02}) {
    for (const double first : {-2.5, -0.1, 0.0, 0.3, 100.0}) {
      for (std::size_t r = 0; r < std::size(roundings); ++r) {
        if (r >= 2 && step < 0.015) continue;  // a step that milliseconds do not show
        std::vector<double> times;
        std::vector<double> sums;
        double sum = first;
        for (int t = 0; t < 11; ++t) {
          times.push_back(roundings[r](first + t * step));
          sums.push_back(sum);
          sum += step;
        }
        for (const int layers : {3, 4, 9, 12, 33}) {
          EXPECT_TRUE(std::isnan(TemporalScoreOfEqualPeaks(times, layers)))
              << step << " " << first << " " << r << " " << layers;
          EXPECT_TRUE(std::isnan(TemporalScoreOfEqualPeaks(sums, layers)));
        }
      }
    }
  }
}

TEST(ReadoutTest, OneLayerThatPeaksASampleLaterGivesATemporalScore) {
  // Times a millisecond apart, long after onset, in float32: the least that may be told apart.
  std::vector<double> times;
  for (int t = 0; t < 4; ++t) times.push_back(static_cast<float>(3 + 0.001 * t));
  const MatrixReadout readout =
      ReadOff({0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}, times, {0.2, 0.4, 0.6}, {0.0});
  EXPECT_NEAR(readout.temporal_score, std::sqrt(0.75), 1e-3);
}

TEST(ReadoutTest, TimesThatAreNoGridAreTakenAsTheyAre) {
  EXPECT_NEAR(TimeRoundingSeconds({0, 0.1, 0.25, 0.3}), 0.3 * 0x1p-23, 1e-20);
  EXPECT_NEAR(TimeRoundingSeconds({0, 0.033, 0.067, 0.1}), 0.002 / 3, 1e-9);
}

TEST(ReadoutTest, PMatchesStudentsTForFourPairs) {
  // For n = 4 the t distribution has 2 degrees of freedom and p = 1 - |r| in closed form.
  for (double r : {-0.9, -0.3, 0.0, 0.44, 0.87}) {
    EXPECT_NEAR(PearsonP(r, 4), 1 - std::abs(r), 1e-12) << r;
  }
}

TEST(ReadoutTest, PMatchesTheArcsineLawForThreePairs) {
  // For n = 3 (one degree of freedom) r is the cosine of a uniform angle.
  for (double r : {0.2, 0.5, 0.95}) {
    EXPECT_NEAR(PearsonP(r, 3), 2 / M_PI * std::acos(r), 1e-9) << r;
  }
}

}  // namespace
}  // namespace brainalign
