#include "client/cli/number_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/client/cli/command_run.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

TEST(NumberChecksTest, NumbersThatMustBeAboveZeroAreRefusedInPlainWords) {
  const auto complaint = [](const std::vector<std::string>& arguments) {
    const Outcome outcome = RunProgram(arguments);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_LT(outcome.err.size(), 200u) << outcome.err;  // no range of 309 digits
    return outcome.err;
  };
  for (const char* wrong : {"0", "-3", "1.5", "many"}) {
    EXPECT_THAT(complaint({"run", "dir", "--cca-components", wrong}),
                HasSubstr(std::string("--cca-components: is '") + wrong +
                          "'; it must be a whole number of at least 1"));
  }
  EXPECT_THAT(complaint({"run", "dir", "--local", "--memory", "0"}),
              HasSubstr("--memory: is '0'; it must be a number above 0"));
  for (const char* flag : {"--max-submissions", "--max-layers", "--min-test-words"}) {
    EXPECT_THAT(complaint({"recording", "seal", "name", flag, "0"}),
                HasSubstr("is '0'; it must be a whole number of at least 1"));
  }
  EXPECT_THAT(complaint({"recording", "seal", "name", "--score-step", "-0.1"}),
              HasSubstr("is '-0.1'; it must be a number above 0"));
  EXPECT_THAT(complaint({"model", "create", "name", "dir", "--parameters", "0"}),
              HasSubstr("is '0'; it must be a whole number of at least 1"));
}

}  // namespace
}  // namespace brainalign
