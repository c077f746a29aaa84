#include "server/config/stray_characters.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

void ExpectStray(std::string_view text, int line, char32_t code_point, const std::string& bytes) {
  const auto stray = FindStrayCharacter(text);
  ASSERT_TRUE(stray) << text;
  EXPECT_EQ(stray->line, line) << text;
  EXPECT_EQ(stray->code_point, code_point) << text;
  EXPECT_EQ(stray->bytes, bytes) << text;
}

void ExpectNone(std::string_view text) { EXPECT_FALSE(FindStrayCharacter(text)) << text; }

TEST(StrayCharactersTest, PlainFilesHaveNone) {
  ExpectNone("");
  ExpectNone("threads = 2\n[a.b]\nc = [1979-05-27T07:32:00Z]\n");
}

TEST(StrayCharactersTest, CharactersOfTwoToFourBytesAreFoundInKeysAndValues) {
  ExpectStray("naïve = 1", 1, U'ï', "ï");
  ExpectStray("data = “/d”", 1, U'“', "“");
  ExpectStray("threads =\u00a02", 1, U'\u00a0', "\u00a0");
  ExpectStray("threads = 2 🙂", 1, U'🙂', "🙂");
  ExpectStray("[é]", 1, U'é', "é");
}

TEST(StrayCharactersTest, TheFirstIsToldWithItsLine) {
  ExpectStray("# é\r\ndata = 'é'\r\n\r\nthreads = ２\r\né", 4, U'２', "２");
  ExpectStray("data = '''\né\n'''é", 3, U'é', "é");
}

TEST(StrayCharactersTest, CommentsEndWithTheirLine) {
  ExpectNone("# données \" '\n# é");
  ExpectStray("# données \" '\né", 2, U'é', "é");
}

TEST(StrayCharactersTest, BasicStringsEndAtAQuoteThatIsNotEscaped) {
  ExpectNone("data = \"/données # é\" # é");
  ExpectNone(R"(data = "é\"é'é" # é)");
  ExpectStray(R"(data = "é\\"é)", 1, U'é', "é");
  ExpectStray(R"(data = ""é)", 1, U'é', "é");
}

TEST(StrayCharactersTest, LiteralStringsKnowNoEscapes) {
  ExpectNone("data = '/données \" # é' # é");
  ExpectStray(R"(data = 'é\'é)", 1, U'é', "é");
  ExpectStray("data = ''é", 1, U'é', "é");
}

TEST(StrayCharactersTest, BasicStringsOfManyLinesEndAtThreeQuotes) {
  ExpectNone("data = \"\"\"\né\"é\"\"é\\\"\"\"é\\\n  é\"\"\" # é");
  ExpectStray("data = \"\"\"é\n\"\"\"é", 2, U'é', "é");
  ExpectStray("data = \"\"\"\"\"\"é", 1, U'é', "é");
}

TEST(StrayCharactersTest, LiteralStringsOfManyLinesEndAtThreeQuotes) {
  ExpectNone("data = '''\né'é''é\\\n\"é''' # é");
  ExpectStray("data = '''é\n\\'''é", 2, U'é', "é");
  ExpectStray("data = ''''''é", 1, U'é', "é");
}

TEST(StrayCharactersTest, UpToTwoQuotesMayStandBeforeTheThreeThatClose) {
  for (const std::string quote : {"\"", "'"}) {
    const std::string three = absl::StrCat(quote, quote, quote);
    const std::string open = absl::StrCat("data = ", three);
    ExpectStray(absl::StrCat(open, "é", quote, three, "é"), 1, U'é', "é");
    ExpectStray(absl::StrCat(open, "é", quote, quote, three, "é"), 1, U'é', "é");
    ExpectNone(absl::StrCat(open, "é", three, three, "é"));
  }
}

TEST(StrayCharactersTest, AStringOfOneLineThatIsNotClosedEndsWithIt) {
  ExpectStray("data = \"é\né\"", 2, U'é', "é");
  ExpectStray("data = 'é\né'", 2, U'é', "é");
  ExpectNone("data = \"é");
  ExpectNone("data = \"\"\"é\né");
  ExpectNone("data = \"é\\");
}

TEST(StrayCharactersTest, AByteOrderMarkMayStandAtTheBeginningAlone) {
  ExpectNone("\uFEFFthreads = 2");
  ExpectStray("threads = 2\n\uFEFF", 2, U'\uFEFF', "\uFEFF");
}

TEST(StrayCharactersTest, BytesThatAreNoUtf8AreLeftToTheParser) {
  for (const std::string bytes :
       {"\x80", "\xC3", "\xC3(", "\xE2\x80", "\xF8\x88\x80\x80", "\xFF"}) {
    ExpectNone("threads = " + bytes);
  }
}

}  // namespace
}  // namespace brainalign
