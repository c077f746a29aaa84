// Page tokens serve the query that made them, and nothing else.
#include "server/rows/page.h"

#include <string>

#include "gmock/gmock.h"

namespace brainalign {
namespace {

TEST(PageTest, ATokenGivesBackItsPosition) {
  for (const std::string& position : {std::string("lab/subject-1"), std::string("\0\xff", 2)}) {
    const std::string token = MakePageToken(position, "a query");
    EXPECT_THAT(token, testing::MatchesRegex("[0-9a-f]+"));
    EXPECT_EQ(ReadPageToken(token, "a query").value(), position);
    EXPECT_FALSE(ReadPageToken(token, "another query").ok());
  }
  EXPECT_EQ(ReadPageToken("", "a query").value(), "");
}

TEST(PageTest, EveryChangedDigitIsNoticed) {
  const std::string token = MakePageToken("lab/subject-1", "a query");
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '7' ? '8' : '7';
    EXPECT_TRUE(absl::IsInvalidArgument(ReadPageToken(changed, "a query").status())) << i;
    EXPECT_FALSE(ReadPageToken(token.substr(0, i), "a query").ok() && i > 0) << i;
  }
  for (const char* const none : {"no token", "../x", "ABCDEF0123", "12345678"}) {
    EXPECT_FALSE(ReadPageToken(none, "a query").ok()) << none;
  }
}

TEST(PageTest, SizesAreWithinTheLimit) {
  EXPECT_EQ(PageSizeOf(0).value(), 100);
  EXPECT_EQ(PageSizeOf(7).value(), 7);
  EXPECT_EQ(PageSizeOf(5000).value(), 1000);
  EXPECT_TRUE(absl::IsInvalidArgument(PageSizeOf(-1).status()));
}

}  // namespace
}  // namespace brainalign
