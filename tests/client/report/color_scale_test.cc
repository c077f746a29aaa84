#include "client/report/color_scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/client/report/color_vision.h"
#include "tests/client/report/lightness.h"

namespace brainalign {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;

TEST(ColorScaleTest, LightnessRisesEvenly) {
  constexpr int kSteps = 64;
  const double first = LightnessOf(Cividis(0));
  const double last = LightnessOf(Cividis(1));
  EXPECT_GT(last - first, 70);
  double before = first;
  for (int i = 1; i <= kSteps; ++i) {
    const double now = LightnessOf(Cividis(static_cast<double>(i) / kSteps));
    EXPECT_GT(now, before);
    // No step is three times as large as an even one: edges that are not in the data.
    EXPECT_LT(now - before, 3 * (last - first) / kSteps);
    before = now;
  }
}

// A difference of 2.3 can just be seen (Mahy et al. 1994). Printed in grey, lightness alone counts.
TEST(ColorScaleTest, StepsAreSeenByTheColorBlindAndInGrey) {
  constexpr int kSteps = 8;
  for (const ColorVision& vision : ColorVisions()) {
    for (int i = 1; i <= kSteps; ++i) {
      const Lab below = LabOf(Cividis((i - 1.0) / kSteps), vision);
      const Lab above = LabOf(Cividis(static_cast<double>(i) / kSteps), vision);
      EXPECT_GT(DifferenceOf(below, above), 10) << vision.name << i;
      EXPECT_GT(above[0] - below[0], 7) << vision.name << i;
    }
  }
}

// Outlines and circles are white with a black edge: one of the two is far from every colour.
TEST(ColorScaleTest, MarksAreSeenOnEveryColor) {
  for (const ColorVision& vision : ColorVisions()) {
    const Lab white = LabOf({255, 255, 255}, vision);
    const Lab black = LabOf({0, 0, 0}, vision);
    for (int i = 0; i <= 64; ++i) {
      const Lab color = LabOf(Cividis(i / 64.0), vision);
      EXPECT_GT(std::max(DifferenceOf(color, white), DifferenceOf(color, black)), 45)
          << vision.name << i;
    }
  }
}

// Of the page: the line of the layer that was read, #b03a2e, among those of the others, which go up
// to 0.6 of the scale. 3 to 1 is the least contrast of WCAG 2.1 for charts.
TEST(ColorScaleTest, LinesAreSeenOnWhiteAndTheChosenOneAmongThem) {
  for (const ColorVision& vision : ColorVisions()) {
    const Lab chosen = LabOf({176, 58, 46}, vision);
    for (int i = 0; i <= 60; ++i) {
      EXPECT_GT(DifferenceOf(chosen, LabOf(Cividis(i / 100.0), vision)), 20) << vision.name << i;
    }
  }
  EXPECT_GT(ContrastOf({255, 255, 255}, Cividis(0.6)), 3);
  EXPECT_GT(ContrastOf({255, 255, 255}, {176, 58, 46}), 3);
}

TEST(ColorScaleTest, GoesFromZeroToTheLargestScore) {
  const ColorScale scale = ScaleOf({0.1, 0.3, std::nan(""), 0.2});
  EXPECT_EQ(scale.low, 0);
  EXPECT_EQ(scale.high, 0.3);
  EXPECT_EQ(scale.ShareOf(0.15), 0.5);
  EXPECT_EQ(scale.ShareOf(7), 1);
}

TEST(ColorScaleTest, NoiseDoesNotFillIt) {
  const ColorScale scale = ScaleOf({-0.001, 0.001});
  EXPECT_EQ(scale.low, -0.001);
  EXPECT_DOUBLE_EQ(scale.high, -0.001 + kLeastScaleWidth);
}

TEST(RoundTicksTest, AreMultiplesOfARoundNumber) {
  EXPECT_THAT(RoundTicks(-0.51, 1.51, 5),
              ElementsAre(DoubleNear(-0.5, 1e-12), 0, DoubleNear(0.5, 1e-12), 1, 1.5));
  EXPECT_THAT(RoundTicks(0, 0.265, 5), ElementsAre(0, 0.1, 0.2));
  // Steps of 0.5 would leave a single tick.
  EXPECT_THAT(RoundTicks(0.05, 0.9, 3), ElementsAre(0.2, 0.4, DoubleNear(0.6, 1e-12), 0.8));
  EXPECT_EQ(TickText(0.5, {0, 0.5, 1}), "0.5");
  EXPECT_EQ(TickText(20, {0, 20}), "20");
  EXPECT_EQ(RoundTicks(1, 1, 5).size(), 1U);
}

}  // namespace
}  // namespace brainalign
