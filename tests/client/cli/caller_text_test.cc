#include "client/cli/caller_text.h"

#include <gtest/gtest.h>

namespace brainalign {
namespace {

TEST(CallerTextTest, TellsPersonRoleProjectAndEnd) {
  setenv("TZ", "UTC", 1);
  CallerIdentity caller{.person = "alice", .project = "lab", .role = "submitter"};
  EXPECT_EQ(CallerText(caller), "alice, submitter of project lab");
  caller.expire_time_unix_seconds = 1'800'000'000;
  EXPECT_EQ(CallerText(caller), "alice, submitter of project lab, until 2027-01-15 08:00:00");
}

TEST(CallerTextTest, TellsWhoMayLookAfterTheServer) {
  const CallerIdentity caller{
      .person = "root", .project = "default", .role = "admin", .all_projects = true};
  EXPECT_EQ(CallerText(caller), "root, admin of project default and all others");
}

TEST(CallerTextTest, OnAnOpenServerAnybodyIsAdmin) {
  EXPECT_EQ(CallerText({.person = "", .project = "default", .role = "admin", .all_projects = true}),
            "anybody, admin of project default and all others");
}

TEST(CallerTextTest, SaysNothingOfAnOlderServer) { EXPECT_EQ(CallerText({}), ""); }

}  // namespace
}  // namespace brainalign
