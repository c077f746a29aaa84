#include "client/simulate/normal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace brainalign {
namespace {

TEST(PortableLogTest, AgreesWithTheLibrary) {
  for (const double x : {1e-300, 1e-10, 0.1, 0.5, 0.70710678, 0.70710679, 0.9999999, 1.0000001, 2.0,
                         3.0, 1e10, 1e300}) {
    EXPECT_NEAR(PortableLog(x), std::log(x), 1e-14 * std::abs(std::log(x))) << x;
  }
  EXPECT_EQ(PortableLog(1), 0);
}

TEST(RandomStreamTest, NormalHasTheMomentsOfANormal) {
  RandomStream random(7, 0);
  const int n = 400'000;
  double sum = 0;
  double squares = 0;
  double cubes = 0;
  double fourths = 0;
  int beyond_two = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.Normal();
    sum += x;
    squares += x * x;
    cubes += x * x * x;
    fourths += x * x * x * x;
    beyond_two += std::abs(x) > 2 ? 1 : 0;
  }
  // Bounds are five standard errors: the k-th moment varies as its 2k-th, over n.
  EXPECT_NEAR(sum / n, 0, 5 * std::sqrt(1.0 / n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(cubes / n, 0, 5 * std::sqrt(15.0 / n));
  EXPECT_NEAR(fourths / n, 3, 5 * std::sqrt(96.0 / n));
  EXPECT_NEAR(static_cast<double>(beyond_two) / n, 0.04550026, 5 * std::sqrt(0.0434 / n));
}

TEST(RandomStreamTest, NeighboursAreUncorrelated) {
  RandomStream random(7, 1);
  const int n = 200'000;
  double products = 0;
  double before = random.Normal();
  for (int i = 0; i < n; ++i) {
    const double x = random.Normal();
    products += x * before;
    before = x;
  }
  EXPECT_NEAR(products / n, 0, 5 * std::sqrt(1.0 / n));
}

TEST(RandomStreamTest, ExponentialHasMeanAndVarianceOne) {
  RandomStream random(3, 0);
  const int n = 200'000;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.Exponential();
    ASSERT_GT(x, 0);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 1, 5 * std::sqrt(1.0 / n));
  EXPECT_NEAR(squares / n, 2, 5 * std::sqrt(20.0 / n));
}

TEST(RandomStreamTest, SeedsAndStreamsDiffer) {
  const double first = RandomStream(1, 0).Normal();
  EXPECT_EQ(RandomStream(1, 0).Normal(), first);
  EXPECT_NE(RandomStream(1, 1).Normal(), first);
  EXPECT_NE(RandomStream(2, 0).Normal(), first);
  EXPECT_NE(RandomStream(1 + (std::uint64_t{1} << 32), 0).Normal(), first);
}

}  // namespace
}  // namespace brainalign
