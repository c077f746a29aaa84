// The versions for each kind of processor give the same bits.
#include "core/columns/sensor_loops.h"

#include <cstddef>
#include <random>
#include <vector>

#include "core/tensor/for_each_processor.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

constexpr double kOrigin = 0.7310585786300049;
constexpr double kScale = 1.6487212707001282;

// Of values whose squares and products are all rounded.
std::vector<double> Values() {
  std::mt19937_64 random(11);
  std::normal_distribution<double> normal;
  std::vector<double> values(1013);
  for (double& value : values) value = normal(random);
  return values;
}

// With each version that this processor runs.
class SensorLoopsTest : public testing::TestWithParam<LoopVersion> {
 protected:
  void SetUp() override {
    if (GetParam() > BestLoopVersion()) GTEST_SKIP() << "this processor does not run it";
    loop_limit_for_test = GetParam();
  }
  void TearDown() override { loop_limit_for_test = LoopVersion::kAvx512; }

  template <typename T>
  static void ExpectStandardised() {
    const std::vector<double> given = Values();
    std::vector<T> values(given.begin(), given.end());
    std::vector<T> expected;
    for (const T value : values) {
      const volatile double difference = static_cast<double>(value) - kOrigin;
      expected.push_back(static_cast<T>(difference * kScale));
    }
    Standardise(values.size(), kOrigin, kScale, values.data());
    EXPECT_EQ(values, expected);
  }
};

TEST_P(SensorLoopsTest, SquaresAreAddedUpInLanesAndRoundedFirst) {
  constexpr std::size_t kLanes = 16;
  const std::vector<double> values = Values();
  std::vector<double> lanes(kLanes, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const volatile double square = (values[i] - kOrigin) * (values[i] - kOrigin);
    lanes[i % kLanes] += square;
  }
  double expected = 0;
  for (const double of_lane : lanes) expected += of_lane;
  double squares = 0;
  SumSquaresAbout(values.size(), values.data(), kOrigin, &squares);
  EXPECT_EQ(squares, expected);
}

TEST_P(SensorLoopsTest, StandardisedValuesAreTheSameBits) {
  ExpectStandardised<float>();
  ExpectStandardised<double>();
}

INSTANTIATE_TEST_SUITE_P(Versions, SensorLoopsTest,
                         testing::Values(LoopVersion::kPlain, LoopVersion::kAvx2,
                                         LoopVersion::kAvx512));

}  // namespace
}  // namespace brainalign
