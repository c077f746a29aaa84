#include "client/cli/terminal/upload_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/cli/terminal/text.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

UploadProgress HalfWay() {
  UploadProgress progress;
  progress.bytes_total = 8 << 20;
  progress.bytes_hashed = 8 << 20;
  progress.bytes_there = 4 << 20;
  return progress;
}

TEST(UploadLineTest, ShareBytesRateAndTimeLeft) {
  const std::string line = UploadLine(HalfWay(), 1 << 20, 100, /*unicode=*/false);
  EXPECT_EQ(
      line,
      "upload [===============               ]  50%  4.0 MiB of 8.0 MiB  1.0 MiB/s  4 s left");
}

TEST(UploadLineTest, FitsAnyWidth) {
  for (int width = 10; width < 120; ++width) {
    EXPECT_LE(ColumnsOf(UploadLine(HalfWay(), 1 << 20, width, true)), width);
    EXPECT_LE(ColumnsOf(UploadLine(HalfWay(), 0, width, false)), width);
  }
}

TEST(UploadLineTest, NothingToSendIsAllThere) {
  EXPECT_THAT(UploadLine(UploadProgress(), 0, 80, false), HasSubstr("100%"));
}

TEST(TransferRateTest, SettlesOnASteadyRateAndFollowsAChange) {
  TransferRate rate;
  for (int i = 0; i <= 100; ++i) rate.Add(i * 0.1, i * 1000);
  EXPECT_NEAR(rate.bytes_per_second(), 10000, 1);
  for (int i = 1; i <= 300; ++i) rate.Add(10 + i * 0.1, 100000 + i * 200);
  EXPECT_NEAR(rate.bytes_per_second(), 2000, 20);
}

}  // namespace
}  // namespace brainalign
