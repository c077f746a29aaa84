#include "client/cli/terminal/upload_bar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "client/cli/terminal/text.h"
#include "tests/client/fakes/fake_clock.h"

namespace brainalign {
namespace {

using testing::HasSubstr;
using testing::Not;

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

TEST(TransferRateTest, ABreakCountsNeitherItsTimeNorWhatIsSentAgain) {
  TransferRate rate;
  for (int i = 0; i <= 100; ++i) rate.Add(i * 0.1, i * 1000);
  rate.Pause();
  for (int i = 0; i <= 10; ++i) rate.Add(40 + i * 0.1, 60000 + i * 1000);
  EXPECT_NEAR(rate.bytes_per_second(), 10000, 1);
}

TEST(UploadBarTest, GoesOnWithTheRateAndTheTimeLeftOfBeforeABreak) {
  Terminal terminal;
  terminal.file = std::tmpfile();
  FakeClock clock;
  UploadBar bar(terminal, clock);
  UploadProgress progress;
  progress.bytes_total = 100 << 20;
  const auto send = [&](int mebibytes) {
    for (int i = 0; i < mebibytes; ++i) {
      clock.Advance(1);
      progress.bytes_there += 1 << 20;
      bar.Show(progress);
    }
  };
  send(20);
  progress.interruption = "the connection was closed";
  for (int i = 0; i < 5; ++i) {
    bar.Show(progress);
    clock.Advance(5);
  }
  progress.interruption.clear();
  progress.bytes_there -= 4 << 20;
  bar.Show(progress);
  send(4);
  std::string shown;
  std::rewind(terminal.file);
  for (int c = std::fgetc(terminal.file); c != EOF; c = std::fgetc(terminal.file)) {
    shown += static_cast<char>(c);
  }
  std::fclose(terminal.file);
  const std::string after = shown.substr(shown.rfind("the connection was closed"));
  EXPECT_THAT(after, HasSubstr("20%  20.0 MiB of 100.0 MiB  1.0 MiB/s  1 min 20 s left"));
  EXPECT_THAT(after, Not(HasSubstr("KiB/s")));
}

}  // namespace
}  // namespace brainalign
