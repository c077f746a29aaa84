#include "server/calls/call_limit.h"

#include <deque>
#include <string>

#include "gmock/gmock.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

Caller Of(const std::string& person, const std::string& project) {
  Caller caller;
  caller.person = person;
  caller.project = project;
  return caller;
}

// How many places are given to the caller before it is refused.
int TakeAll(CallLimit& limit, const Caller& caller, std::deque<CallLimit::Place>& taken) {
  for (int count = 0; count < 100; ++count) {
    taken.emplace_back(limit, caller);
    if (taken.back().status().ok()) continue;
    EXPECT_TRUE(absl::IsResourceExhausted(taken.back().status()));
    return count;
  }
  return 100;
}

TEST(CallLimitTest, NoPersonAndNoProjectTakesAllPlaces) {
  CallLimit limit("watches", 16, {.person = 0.5, .project = 0.75});
  std::deque<CallLimit::Place> taken;
  EXPECT_EQ(TakeAll(limit, Of("ada", "lab"), taken), 8);
  EXPECT_THAT(std::string(taken.back().status().message()),
              HasSubstr("ada has 8 watches open, and may have 8"));
  EXPECT_EQ(TakeAll(limit, Of("bob", "lab"), taken), 4);
  EXPECT_THAT(std::string(taken.back().status().message()),
              HasSubstr("project lab has 12 watches open, and may have 12"));
  EXPECT_EQ(TakeAll(limit, Of("eve", "other"), taken), 4);
  EXPECT_THAT(std::string(taken.back().status().message()),
              HasSubstr("the server has 16 watches open, and may have 16"));
  taken.clear();
  EXPECT_EQ(TakeAll(limit, Of("bob", "lab"), taken), 8);
}

TEST(CallLimitTest, APersonOfTwoProjectsIsOnePerson) {
  CallLimit limit("watches", 16, {.person = 0.5, .project = 1});
  std::deque<CallLimit::Place> taken;
  EXPECT_EQ(TakeAll(limit, Of("ada", "lab"), taken), 8);
  EXPECT_EQ(TakeAll(limit, Of("ada", "other"), taken), 0);
}

TEST(CallLimitTest, WhoDoesNotSayWhoItIsIsEverybody) {
  CallLimit limit("watches", 16, {.person = 0.5, .project = 0.75});
  std::deque<CallLimit::Place> taken;
  EXPECT_EQ(TakeAll(limit, Of("", "default"), taken), 16);
}

TEST(CallLimitTest, EveryoneHasAPlaceWhereThereIsOne) {
  CallLimit limit("watches", 1, {.person = 0.5, .project = 0.5});
  std::deque<CallLimit::Place> taken;
  EXPECT_EQ(TakeAll(limit, Of("ada", "lab"), taken), 1);
}

}  // namespace
}  // namespace brainalign
