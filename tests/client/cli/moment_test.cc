#include "client/cli/moment.h"

#include "gtest/gtest.h"

namespace brainalign {
namespace {

// 2027-01-31 12:00:00 UTC, by `date -u -d '2027-01-31 12:00:00' +%s`.
const absl::Time kNoon = absl::FromUnixSeconds(1801396800);
const absl::TimeZone kEast = absl::FixedTimeZone(2 * 3600);

TEST(MomentTest, ADurationIsBeforeNow) {
  EXPECT_EQ(ParseMoment("90m", kNoon, kEast), kNoon - absl::Minutes(90));
  EXPECT_EQ(ParseMoment("2h30m", kNoon, kEast), kNoon - absl::Minutes(150));
  EXPECT_EQ(ParseMoment("0", kNoon, kEast), kNoon);
}

TEST(MomentTest, ATimeIsOfItsOffsetOrOfTheZone) {
  EXPECT_EQ(ParseMoment("2027-01-31T12:00:00Z", absl::UnixEpoch(), kEast), kNoon);
  EXPECT_EQ(ParseMoment("2027-01-31T13:00:00+01:00", absl::UnixEpoch(), kEast), kNoon);
  EXPECT_EQ(ParseMoment("2027-01-31 14:00:00", absl::UnixEpoch(), kEast), kNoon);
  EXPECT_EQ(ParseMoment("2027-01-31T14:00:00", absl::UnixEpoch(), kEast), kNoon);
  EXPECT_EQ(ParseMoment("2027-01-31 14:00", absl::UnixEpoch(), kEast), kNoon);
  EXPECT_EQ(ParseMoment("2027-01-31", absl::UnixEpoch(), kEast), kNoon - absl::Hours(14));
}

TEST(MomentTest, OtherTextIsNone) {
  for (const char* const text : {"", "yesterday", "-2h", "inf", "-inf", "infinite-past",
                                 "infinite-future", "2027-02-30", "2027-01-31 25:00", "12:00"}) {
    EXPECT_EQ(ParseMoment(text, kNoon, kEast), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace brainalign
