#include "client/cli/list_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/client/cli/command_run.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

std::string Wrong(const std::vector<std::string>& arguments) {
  return DescribeBadLists(arguments, {"--alphas", "--windows"}, {"--state"});
}

TEST(BadListTest, NumbersHaveOneCommaBetweenThemAndNoSpaces) {
  for (const std::vector<std::string>& given :
       std::vector<std::vector<std::string>>{{"1", "10", "1e4"},
                                             {"1,10,1e4,"},
                                             {",1,10,1e4"},
                                             {"1,,10,1e4"},
                                             {"1,", "10,", "1e4"},
                                             {"1 10 1e4"},
                                             {"1, 10, 1e4"}}) {
    std::vector<std::string> arguments = {"run", "--alphas"};
    arguments.insert(arguments.end(), given.begin(), given.end());
    arguments.insert(arguments.end(), {"dir", "--pca", "5"});
    EXPECT_THAT(Wrong(arguments), EndsWith("'; write one comma between numbers, and no spaces: "
                                           "--alphas 1,10,1e4"));
  }
  EXPECT_EQ(Wrong({"--windows=-0.2 0.3"}),
            "--windows is '-0.2 0.3'; write one comma between numbers, and no spaces: --windows "
            "-0.2,0.3");
}

TEST(BadListTest, NamesHaveOneCommaBetweenThemAndNoSpaces) {
  EXPECT_EQ(Wrong({"list", "--state", "queued,"}),
            "--state is 'queued,'; write one comma between names, and no spaces: --state queued");
  EXPECT_THAT(Wrong({"--state=queued, running"}), EndsWith("--state queued,running"));
  EXPECT_EQ(Wrong({"list", "--state", "queued,running"}), "");
}

TEST(BadListTest, RightListsAndWhatOthersRefuseAreLeft) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--alphas", "1,10,1e4", "dir"},
                                             {"--windows", "-0.2,0.3", "--local"},
                                             {"--alphas=1"},
                                             {"--alphas", "1,x", "2"},
                                             {"--alphas", "", "dir"},
                                             {"--pca", "5", "6"},
                                             {"--alphas"}}) {
    EXPECT_EQ(Wrong(arguments), "");
  }
}

TEST(BadListTest, TheCommandRefusesItWithTheRightForm) {
  const auto complaint = [](const std::vector<std::string>& arguments) {
    const Outcome outcome = RunProgram(arguments);
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_THAT(complaint({"run", "--alphas", "1", "10", "100", "dir"}),
              HasSubstr("--alphas is '1 10 100'; write one comma between numbers, and no spaces: "
                        "--alphas 1,10,100\n"));
  EXPECT_THAT(complaint({"run", "dir", "--windows", "0,0.2,"}), HasSubstr("--windows 0,0.2\n"));
  EXPECT_THAT(complaint({"run", "dir", "--delays", "1 2"}), HasSubstr("--delays 1,2\n"));
  EXPECT_THAT(complaint({"run", "dir", "--arrays", "per_target,"}),
              HasSubstr("--arrays per_target\n"));
}

std::vector<std::string> Names(const std::string& text) {
  const auto names = SplitNames(text);
  EXPECT_TRUE(names.ok()) << names.status();
  return names.value_or(std::vector<std::string>());
}

TEST(SplitNamesTest, CommasSeparateAndBlanksAroundNamesDoNotCount) {
  EXPECT_THAT(Names("duration,@position"), ElementsAre("duration", "@position"));
  EXPECT_THAT(Names(" duration , @position "), ElementsAre("duration", "@position"));
  EXPECT_THAT(Names("word length,log frequency"), ElementsAre("word length", "log frequency"));
  EXPECT_THAT(Names("speaker's"), ElementsAre("speaker's"));
  EXPECT_THAT(Names(""), ElementsAre());
  for (const char* text : {"duration,", "duration, ", "a,,b", ",a", "\"a\","}) {
    EXPECT_THAT(SplitNames(text).status().message(), HasSubstr("a comma with no name")) << text;
  }
}

TEST(SplitNamesTest, QuotationMarksHoldCommas) {
  EXPECT_THAT(Names("\"duration, s\",@position"), ElementsAre("duration, s", "@position"));
  EXPECT_THAT(Names("a, 'b,\"c\"' ,d"), ElementsAre("a", "b,\"c\"", "d"));
}

TEST(SplitNamesTest, QuotationMarksThatAreNotClosedAreRefused) {
  EXPECT_EQ(SplitNames("a,\"b,c").status().message(),
            "has a quotation mark at character 3 that is not closed");
  EXPECT_EQ(SplitNames("\"a\" b").status().message(),
            "has no comma after the quotation mark at character 3");
}

}  // namespace
}  // namespace brainalign
