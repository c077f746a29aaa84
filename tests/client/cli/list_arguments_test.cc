#include "client/cli/list_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brainalign {
namespace {

using testing::ElementsAre;

std::vector<std::string> Join(const std::vector<std::string>& arguments) {
  return JoinNumbers(arguments, {"--alphas", "--windows"});
}

TEST(JoinNumbersTest, SpacesAndCommasMakeOneList) {
  for (const std::vector<std::string>& given :
       std::vector<std::vector<std::string>>{{"1", "10", "1e4"},
                                             {"1,10,1e4"},
                                             {"1,", "10,", "1e4"},
                                             {"1", ",10", "1e4"},
                                             {"1, 10, 1e4"}}) {
    std::vector<std::string> arguments = {"run", "--alphas"};
    arguments.insert(arguments.end(), given.begin(), given.end());
    arguments.insert(arguments.end(), {"dir", "--pca", "5"});
    EXPECT_THAT(Join(arguments), ElementsAre("run", "--alphas", "1,10,1e4", "dir", "--pca", "5"));
  }
}

TEST(JoinNumbersTest, EqualsSignBeginsAListToo) {
  EXPECT_THAT(Join({"--alphas=1", "10", "dir"}), ElementsAre("--alphas", "1,10", "dir"));
}

TEST(JoinNumbersTest, WhatLacksANumberStays) {
  EXPECT_THAT(Join({"--alphas", "1,,2", "dir"}), ElementsAre("--alphas", "1,,2", "dir"));
  EXPECT_THAT(Join({"--alphas=1, ,2"}), ElementsAre("--alphas", "1, ,2"));
  EXPECT_THAT(Join({"--alphas", "", "dir"}), ElementsAre("--alphas", "", "dir"));
}

TEST(JoinNumbersTest, NegativeNumbersAreNumbers) {
  EXPECT_THAT(Join({"--windows", "-0.2", "0.3", "--local"}),
              ElementsAre("--windows", "-0.2,0.3", "--local"));
}

TEST(JoinNumbersTest, WhatIsNoNumberStays) {
  EXPECT_THAT(Join({"--alphas", "1,x", "2"}), ElementsAre("--alphas", "1,x", "2"));
  EXPECT_THAT(Join({"--pca", "5", "6"}), ElementsAre("--pca", "5", "6"));
  EXPECT_THAT(Join({"--alphas"}), ElementsAre("--alphas"));
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
  EXPECT_THAT(Names("duration,,"), ElementsAre("duration"));
  EXPECT_THAT(Names(""), ElementsAre());
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
