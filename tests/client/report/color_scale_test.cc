#include "client/report/color_scale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

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
  EXPECT_EQ(TickText(0.5, {0, 0.5, 1}), "0.5");
  EXPECT_EQ(TickText(20, {0, 20}), "20");
  EXPECT_EQ(RoundTicks(1, 1, 5).size(), 1U);
}

}  // namespace
}  // namespace brainalign
