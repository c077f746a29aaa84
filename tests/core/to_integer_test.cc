#include "core/to_integer.h"

#include <limits>

#include "gtest/gtest.h"

namespace brainalign {
namespace {

TEST(ToIntegerTest, FractionsAreCutAndWhatIsBeyondStaysAddable) {
  EXPECT_EQ(ToInt64(2.9), 2);
  EXPECT_EQ(ToInt64(-2.9), -2);
  const std::int64_t most = ToInt64(1e300);
  EXPECT_GT(most, std::int64_t{1} << 60);
  EXPECT_GT(most + most, most);
  EXPECT_EQ(ToInt64(std::numeric_limits<double>::infinity()), most);
  EXPECT_EQ(ToInt64(-1e300), -most);
  EXPECT_EQ(ToInt64(std::numeric_limits<double>::quiet_NaN()), 0);
}

}  // namespace
}  // namespace brainalign
