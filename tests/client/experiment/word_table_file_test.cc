#include "client/experiment/word_table_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/core/tensor/scratch_folder.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class WordTableFileTest : public testing::Test {
 protected:
  WordTableFile Read(const std::string& text, const std::string& name = "words.tsv") {
    folder_.Write(name, text);
    notes_.clear();
    absl::StatusOr<WordTableFile> table = ReadWordTableFile(folder_.Path(name), notes_);
    EXPECT_TRUE(table.ok()) << table.status();
    return table.ok() ? *std::move(table) : WordTableFile();
  }

  std::string Refusal(const std::string& text, const std::string& name = "words.tsv") {
    folder_.Write(name, text);
    const auto table = ReadWordTableFile(folder_.Path(name), notes_);
    EXPECT_FALSE(table.ok()) << text;
    EXPECT_THAT(std::string(table.status().message()), HasSubstr(name));
    return std::string(table.status().message());
  }

  // The values of a column as people write them.
  static std::vector<std::string> Values(const WordTableFile& table, const std::string& name) {
    const WordValues* const column = FindColumn(table.columns, name);
    if (column == nullptr) return {"no such column"};
    std::vector<std::string> values;
    for (std::int64_t word = 0; word < column->words(); ++word) {
      values.push_back(column->Written(word));
    }
    return values;
  }

  static WordColumnType TypeOf(const WordTableFile& table, const std::string& name) {
    return FindColumn(table.columns, name)->type;
  }

  ScratchFolder folder_;
  std::vector<std::string> notes_;
};

TEST_F(WordTableFileTest, TypesOfColumnsFollowFromTheirValues) {
  const WordTableFile table = Read(
      "word\tonset\tsession\tstop\tsurprisal\tn\n"
      "the\t0.25\t01\tTrue\tn/a\t1\nöl\t1\t2\tfalse\t-3.5e1\tn/a\nn/a\t2\t3\tTRUE\tnan\t2\n");
  EXPECT_EQ(table.words(), 3);
  EXPECT_EQ(table.text, "word");
  EXPECT_EQ(table.onset, "onset");
  EXPECT_EQ(table.group, "session");
  EXPECT_THAT(table.session, IsEmpty());
  EXPECT_EQ(TypeOf(table, "word"), WordColumnType::kText);
  EXPECT_EQ(TypeOf(table, "onset"), WordColumnType::kNumber);
  EXPECT_EQ(TypeOf(table, "session"), WordColumnType::kInteger);
  EXPECT_EQ(TypeOf(table, "stop"), WordColumnType::kBoolean);
  EXPECT_EQ(TypeOf(table, "n"), WordColumnType::kNumber);  // one is missing
  EXPECT_THAT(Values(table, "word"), ElementsAre("the", "öl", "n/a"));
  EXPECT_THAT(Values(table, "session"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(Values(table, "stop"), ElementsAre("true", "false", "true"));
  EXPECT_THAT(Values(table, "surprisal"), ElementsAre("n/a", "-35", "n/a"));
}

TEST_F(WordTableFileTest, ByteOrderMarkCrlfAndLinesAtTheEndAreNothing) {
  const WordTableFile table = Read("\xEF\xBB\xBFword\tonset\r\na\t1\r\nb\t2\r\n\r\n\n");
  EXPECT_THAT(Values(table, "word"), ElementsAre("a", "b"));
  EXPECT_THAT(Values(table, "onset"), ElementsAre("1", "2"));
  EXPECT_THAT(Values(Read("word\na"), "word"), ElementsAre("a"));
}

TEST_F(WordTableFileTest, AQuotationMarkIsAWordUnlessItEnclosesTheField) {
  const WordTableFile table = Read("word\tpos\n\"\t\"\n\"\"\"\"\tX\n\"a b\"\tit\"s\n\"a\"b\"\t'\n");
  EXPECT_THAT(Values(table, "word"), ElementsAre("\"", "\"", "a b", "\"a\"b\""));
  EXPECT_THAT(Values(table, "pos"), ElementsAre("\"", "X", "it\"s", "'"));
}

TEST_F(WordTableFileTest, FieldsBetweenCommasMayHoldCommasAndLineEnds) {
  const WordTableFile table =
      Read("word,onset\r\n\"one,\",1\r\n\"two\nlines\",2\r\n\"say \"\"so\"\"\",3\r\n", "words.csv");
  EXPECT_THAT(Values(table, "word"), ElementsAre("one,", "two\nlines", "say \"so\""));
  EXPECT_THAT(Values(table, "onset"), ElementsAre("1", "2", "3"));
}

TEST_F(WordTableFileTest, HostileFilesAreRefusedByTheirLine) {
  EXPECT_THAT(Refusal(""), HasSubstr("has 0 rows"));
  EXPECT_THAT(Refusal("word\tonset\n"), HasSubstr("has 0 rows"));
  EXPECT_THAT(Refusal("word\tonset\na\t1\nb\n"), HasSubstr("has 1 field in line 3, but 2 column"));
  EXPECT_THAT(Refusal("word\tonset\na\t1\t2\n"), HasSubstr("has 3 fields in line 2"));
  EXPECT_THAT(Refusal("word\tonset\na\t1\n\nb\t2\n"), HasSubstr("has 1 field in line 3"));
  EXPECT_THAT(Refusal("word\tword\na\tb\n"), HasSubstr("names two columns word"));
  EXPECT_THAT(Refusal("word\t\na\tb\n"), HasSubstr("has no name for column 2"));
  EXPECT_THAT(Refusal("word\n\xFF\n"), HasSubstr("UTF-8"));
  EXPECT_THAT(Refusal(std::string("word\na\0b\n", 9)), HasSubstr("UTF-8"));
  EXPECT_THAT(Refusal("\xFF\xFEw\0"), HasSubstr("UTF-8"));
  EXPECT_THAT(Refusal("word,onset\n\"a,1\n", "words.csv"), HasSubstr("has 1 field in line 2"));
  EXPECT_THAT(Refusal("word,onset\n\"x\ny\",1\nb\n", "words.csv"), HasSubstr("in line 4"));
}

TEST_F(WordTableFileTest, TokensOfOneWordAreOneRow) {
  const WordTableFile table = Read(
      "\tword_idx\tword\tstart\tduration\ttoken\tpos\n"
      "0\t0\tAct\t3.5\t0.25\tAct\tN\n1\t1\tone,\t4\t0.125\tone\tC\n2\t1\tone,\t4.125\t0.25\t,\tC\n"
      "3\t2\tone,\t5\t1\tone\tC\n");
  EXPECT_EQ(table.words(), 3);
  EXPECT_THAT(Values(table, "word"), ElementsAre("Act", "one,", "one,"));
  EXPECT_THAT(Values(table, "start"), ElementsAre("3.5", "4", "5"));
  EXPECT_THAT(Values(table, "duration"), ElementsAre("0.25", "0.375", "1"));
  EXPECT_THAT(Values(table, "token"), ElementsAre("no such column"));
  EXPECT_THAT(notes_, ElementsAre(AllOf(HasSubstr("4 rows of tokens were joined to 3 words"),
                                        HasSubstr("left out: token"))));
}

TEST_F(WordTableFileTest, WordsOfDifferentSessionsAreNotJoined) {
  EXPECT_EQ(Read("word_idx\tsession\tword\n0\t1\ta\n0\t2\tb\n").words(), 2);
  EXPECT_EQ(Read("word_idx\tword\nn/a\ta\nn/a\tb\n").words(), 2);
}

TEST_F(WordTableFileTest, StoriesAreGroupsAndThenSessionsAreSessions) {
  const WordTableFile table = Read("word\tstory\tsession\na\tx\t1\nb\ty\t1\n");
  EXPECT_EQ(table.group, "story");
  EXPECT_EQ(table.session, "session");
}

TEST_F(WordTableFileTest, AnEventsFileIsReadWithItsSidecar) {
  const std::string name = "sub-01_task-x_events.tsv";
  const std::string text = "onset\tduration\tsample\tvalue\n1.5\t0.2\t9\tthe\n2\t0.1\t7\tend\n";
  folder_.Write("sub-01_task-x_events.json",
                R"({"onset": {"Units": "s"}, "value": {"Description": "the word"}})");
  const WordTableFile table = Read(text, name);
  EXPECT_EQ(table.text, "value");
  EXPECT_THAT(Values(table, "onset"), ElementsAre("1.5", "2"));
  EXPECT_THAT(Values(table, "sample"), ElementsAre("9", "7"));
  folder_.Write("sub-01_task-x_events.json", R"({"onset": {"Units": "ms"}})");
  folder_.Write(name, text);
  const auto in_ms = ReadWordTableFile(folder_.Path(name), notes_);
  EXPECT_THAT(
      std::string(in_ms.status().message()),
      AllOf(HasSubstr("events.json says that column onset is in 'ms'"), HasSubstr("in seconds")));
  folder_.Write("sub-01_task-x_events.json", "[1");
  const auto broken = ReadWordTableFile(folder_.Path(name), notes_);
  EXPECT_THAT(std::string(broken.status().message()), HasSubstr("is no JSON object"));
}

TEST_F(WordTableFileTest, AFolderHasOneWordTable) {
  EXPECT_FALSE(FindWordTable(folder_.path(), notes_)->has_value());
  folder_.Write("sub-01_events.tsv", "onset\tduration\tword\n1\t1\ta\n");
  EXPECT_EQ((*FindWordTable(folder_.path(), notes_))->words(), 1);
  folder_.Write("words.tsv", "word\na\n");
  EXPECT_THAT(std::string(FindWordTable(folder_.path(), notes_).status().message()),
              AllOf(HasSubstr("sub-01_events.tsv"), HasSubstr("words.tsv"),
                    HasSubstr("leave one of them")));
}

// As in the events of Armeni et al. 2022.
constexpr char kMixedEvents[] =
    "onset\tduration\tsample\ttype\tvalue\n"
    "0.5\tn/a\t600\twav_onset_01\tsounds.wav\n"
    "0.7\t0.2\t840\tword_onset_01\tsp\n"
    "0.9\t0.2\t1080\tword_onset_01\tto\n"
    "1.2\t0.2\t1440\tword_onset_01\tSherlock\n"
    "1.5\t0.2\t1800\tword_onset_01\tn/a\n"
    "1.9\tn/a\t2280\tUPPT001\t10\n";

TEST_F(WordTableFileTest, EventsThatAreNoWordsAreLeftOutAndCounted) {
  const WordTableFile table = Read(kMixedEvents, "sub-001_events.tsv");
  EXPECT_THAT(Values(table, "value"), ElementsAre("to", "Sherlock"));
  EXPECT_THAT(Values(table, "onset"), ElementsAre("0.9", "1.2"));
  EXPECT_THAT(notes_,
              ElementsAre("Of the rows of events, 2 are words; left out are 2 whose type does not "
                          "begin with 'word', and 2 without a word ('sp' or nothing)."));
}

TEST_F(WordTableFileTest, OtherTablesKeepAllTheirRows) {
  EXPECT_EQ(Read(kMixedEvents, "words.tsv").words(), 6);
  EXPECT_EQ(Read("onset\ttrial_type\tword\n0.5\tword\tsp\n0.7\tword\tto\n", "a_events.tsv").words(),
            2);
  EXPECT_EQ(Read("onset\ttrial_type\n0.5\tnoun\n0.7\tverb\n", "b_events.tsv").words(), 2);
  EXPECT_THAT(notes_, IsEmpty());
  EXPECT_THAT(Refusal("onset\ttype\tvalue\n0.5\tword\tsp\n0.7\tpulse\t1\n", "c_events.tsv"),
              HasSubstr("has 0 rows"));
}

}  // namespace
}  // namespace brainalign
