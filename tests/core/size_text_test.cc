#include "core/size_text.h"

#include "gtest/gtest.h"

namespace brainalign {
namespace {

TEST(SizeTextTest, ASizeIsGivenAsFlagsTakeIt) {
  EXPECT_EQ(SizeText(0), "0 bytes");
  EXPECT_EQ(SizeText(1299), "1299 bytes");
  EXPECT_EQ(SizeText(1024), "1 KiB");
  EXPECT_EQ(SizeText(83886080), "80 MiB");
  EXPECT_EQ(SizeText(std::int64_t{256} << 30), "256 GiB");
}

TEST(SizeTextTest, NoSizeIsMoreThanThereIsOrLessThanIsNeeded) {
  EXPECT_EQ(SizeText(1'000'000), "976 KiB");
  EXPECT_EQ(NeededSizeText(1'000'000), "977 KiB");
  EXPECT_EQ(SizeText((std::int64_t{80} << 20) + 1), "80 MiB");
  EXPECT_EQ(NeededSizeText((std::int64_t{80} << 20) + 1), "81 MiB");
  EXPECT_EQ(NeededSizeText(std::int64_t{80} << 20), "80 MiB");
}

}  // namespace
}  // namespace brainalign
