#include "server/config/config_file.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ConfigFileTest : public testing::Test {
 protected:
  ConfigFileTest() {
    std::string pattern = testing::TempDir() + "/brainalign_config_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    path_ = folder_ + "/config.toml";
  }
  ~ConfigFileTest() override { std::filesystem::remove_all(folder_); }

  std::vector<std::string> Read(const std::string& text) {
    std::ofstream(path_, std::ios::binary) << text;
    options_ = ServerOptions();
    return ReadConfigFile(path_, options_);
  }

  std::string folder_;
  std::string path_;
  ServerOptions options_;
};

TEST_F(ConfigFileTest, StringsAndCommentsMayHoldAnyCharacter) {
  for (const std::string text :
       {"data = \"/données\"  # où\n", "data = '/données'\n", "data = \"\"\"/données\"\"\"\n",
        "data = '''/données'''\n", "data = \"/donn\\u00e9es\"\n"}) {
    EXPECT_THAT(Read(text), IsEmpty()) << text;
    EXPECT_EQ(options_.data_folder, "/données") << text;
  }
}

TEST_F(ConfigFileTest, ALineThatABackslashJoinsMayBeginWithAnyCharacter) {
  for (const std::string character : {"é", "\u0311", "あ", "\uFB26"}) {
    EXPECT_THAT(Read(absl::StrCat("data = \"\"\"/d\\\n  ", character, "\"\"\"\n")), IsEmpty());
    EXPECT_EQ(options_.data_folder, "/d" + character);
  }
}

TEST_F(ConfigFileTest, CharactersBeyondAsciiElsewhereAreRefusedByName) {
  EXPECT_THAT(Read("# où\nthreads = 2\ndata = “/d”\n"),
              ElementsAre("config file " + path_ +
                          ", line 3: '“' (U+201C) stands outside strings and comments, where TOML "
                          "allows only ASCII; put text between \" and \""));
  EXPECT_THAT(Read("m--li= \u0311 \"= .0 \u0311 \"= 0.0.0.0:helpods = 1.5"),
              ElementsAre(HasSubstr("line 1: '\u0311' (U+0311) stands outside strings")));
}

// Quotes that begin no string of TOML's: what follows them is looked at as part of a number, of
// a string that is closed, or of an escape.
TEST_F(ConfigFileTest, CharactersBeyondAsciiAmongMistakesAreNoValues) {
  for (const std::string text :
       {"threads = 1\"é\"", "threads = 1=\"é\"", "threads = 1.\"é\"", "threads = -'é'",
        "data = \"\"'é'", "data = \"\\é\"", "data = \"\"\"\\é\"\"\"", "data = \"\"\"\\ é\"\"\""}) {
    EXPECT_THAT(Read(text), ElementsAre(HasSubstr("config.toml, line 1: "))) << text;
  }
}

TEST_F(ConfigFileTest, BytesThatAreNoUtf8AreRefused) {
  for (const std::string bytes : {"\x80", "\xC0\xAF", "\xC3", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                  "\xF8\x88\x80\x80\x80", "\xFF"}) {
    for (const std::string before : {"data = \"", "# ", "threads = "}) {
      EXPECT_THAT(Read(absl::StrCat("threads = 2\n", before, bytes)),
                  ElementsAre(HasSubstr("line 2: ")));
    }
  }
}

TEST_F(ConfigFileTest, WhatCannotBeReadIsNamedWithTheReason) {
  EXPECT_THAT(ReadConfigFile(folder_ + "/none.toml", options_),
              ElementsAre("config file " + folder_ +
                          "/none.toml cannot be read: No such file or directory"));
  EXPECT_THAT(ReadConfigFile(folder_, options_),
              ElementsAre("config file " + folder_ + " cannot be read: Is a directory"));
}

TEST_F(ConfigFileTest, AFileOfMoreThanAMebibyteIsRefused) {
  const std::string line = "threads = 2\n#";
  const std::string most = line + std::string((std::size_t{1} << 20) - line.size(), ' ');
  EXPECT_THAT(Read(most), IsEmpty());
  EXPECT_EQ(options_.threads, 2);
  EXPECT_THAT(Read(most + " "), ElementsAre(HasSubstr("config.toml has more than 1 MiB")));
}

}  // namespace
}  // namespace brainalign
