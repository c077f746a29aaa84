#include "server/jobs/cpu_ledger.h"

#include "gmock/gmock.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

constexpr double kHour = 3600;
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TEST(CpuLedger, SumsWhatWasChargedInThirtyDays) {
  CpuLedger ledger;
  ledger.Charge("lab", kNow - absl::Hours(24 * 31), 5 * kHour);
  ledger.Charge("lab", kNow - absl::Hours(24 * 29), 2 * kHour);
  ledger.Charge("lab", kNow - absl::Hours(1), 1 * kHour);
  ledger.Charge("other", kNow, 9 * kHour);
  EXPECT_DOUBLE_EQ(ledger.UsedSeconds("lab", kNow), 3 * kHour);
  EXPECT_DOUBLE_EQ(ledger.UsedSeconds("lab", kNow + absl::Hours(24 * 2)), 1 * kHour);
  EXPECT_DOUBLE_EQ(ledger.UsedSeconds("nobody", kNow), 0);
}

TEST(CpuLedger, SetsAsideWhatIsUnderWayAndGivesItBack) {
  CpuLedger ledger;
  EXPECT_TRUE(ledger.Check("lab", 4 * kHour, 5, kNow).ok());
  ledger.Reserve("lab", 1, 4 * kHour);
  EXPECT_FALSE(ledger.Check("lab", 2 * kHour, 5, kNow).ok());
  EXPECT_TRUE(ledger.Check("lab", 1 * kHour, 5, kNow).ok());
  ledger.Release("lab", 1);  // it failed
  EXPECT_TRUE(ledger.Check("lab", 4 * kHour, 5, kNow).ok());
}

TEST(CpuLedger, SaysWhenThereIsRoom) {
  CpuLedger ledger;
  ledger.Charge("lab", kNow - absl::Hours(24 * 20), 3 * kHour);
  ledger.Charge("lab", kNow - absl::Hours(24 * 10), 3 * kHour);
  // One hour too much: the first charge has to be older than the window.
  const absl::Status refused = ledger.Check("lab", 2 * kHour, 7, kNow);
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  EXPECT_THAT(std::string(refused.message()), HasSubstr("6.00 are used"));
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr(absl::FormatTime("%Y-%m-%d %H:%M UTC", kNow + absl::Hours(24 * 10),
                                         absl::UTCTimeZone())));
  EXPECT_THAT(std::string(ledger.Check("lab", 8 * kHour, 7, kNow).message()),
              HasSubstr("it never fits"));
}

TEST(CpuLedger, WithoutALimitEverythingFits) {
  EXPECT_TRUE(CpuLedger().Check("lab", 1e12, 0, kNow).ok());
}

}  // namespace
}  // namespace brainalign
