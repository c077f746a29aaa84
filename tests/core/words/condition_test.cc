#include "core/words/condition.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/words/table_of_words.h"

namespace brainalign {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

const double kMissing = std::nan("");

WordTableValues Table() {
  return {TextColumn("pos", {"NOUN", "VERB", "DET", "", "NOUN", "ADV"}),
          NumberColumn("surprisal", {5.5, 1, kMissing, 7, 2, 9}),
          IntegerColumn("session", {1, 1, 8, 8, 2, 9007199254740993}),
          BooleanColumn("stop", {0, 0, 1, 1, 0, 0}),
          TextColumn("word form", {"a", "b", "in", "\"", "it's", "ö"})};
}

std::vector<std::int64_t> Selected(const std::string& text,
                                   const WordTableValues& table = Table()) {
  const auto condition = WordCondition::Parse(text);
  EXPECT_TRUE(condition.ok()) << text << ": " << condition.status();
  if (!condition.ok()) return {};
  const auto words = condition->Select(table);
  EXPECT_TRUE(words.ok()) << text << ": " << words.status();
  return words.ok() ? words->words : std::vector<std::int64_t>();
}

std::string RefusalOfCondition(const std::string& text, const WordTableValues& table = Table()) {
  const auto condition = WordCondition::Parse(text);
  absl::Status status = condition.status();
  if (condition.ok()) status = condition->Select(table).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
  return std::string(status.message());
}

TEST(ConditionTest, ValueOfAListThatNoWordHasIsNotedUnlessNoneOccurs) {
  const auto notes = [](const std::string& text) {
    const auto selected = WordCondition::Parse(text)->Select(Table());
    EXPECT_TRUE(selected.ok()) << text << ": " << selected.status();
    return selected.ok() ? selected->notes : std::vector<std::string>();
  };
  EXPECT_THAT(Selected("pos in NOUN VERB ADJ"), ElementsAre(0, 1, 4));
  EXPECT_THAT(notes("pos in NOUN VERB ADJ"),
              ElementsAre("The condition has ADJ, which does not occur in column pos."));
  // Quartiles evaluate the other parts twice.
  EXPECT_THAT(notes("quartile(surprisal) in 1 2 3 4 and session in 1 2 3 4"),
              ElementsAre("The condition has 3, which does not occur in column session.",
                          "The condition has 4, which does not occur in column session."));
  EXPECT_THAT(notes("pos not in NOUN X"),
              ElementsAre("The condition has X, which does not occur in column pos."));
  // What is excluded need not be there.
  EXPECT_THAT(Selected("pos in NOUN VERB and session != 3"), ElementsAre(0, 1, 4));
  EXPECT_THAT(notes("session != 3"),
              ElementsAre("The condition has 3, which does not occur in column session."));
  EXPECT_THAT(notes("pos not in X"),
              ElementsAre("The condition has X, which does not occur in column pos."));
  EXPECT_THAT(notes("pos in NOUN VERB"), ElementsAre());
  EXPECT_THAT(RefusalOfCondition("pos in ADJ X"),
              AllOf(HasSubstr("no word has ADJ or X in column pos"), HasSubstr("NOUN")));
}

TEST(ConditionTest, EachComparisonSelectsItsWords) {
  EXPECT_THAT(Selected("pos in NOUN VERB"), ElementsAre(0, 1, 4));
  EXPECT_THAT(Selected("pos in (NOUN, VERB)"), ElementsAre(0, 1, 4));
  EXPECT_THAT(Selected("pos = NOUN"), ElementsAre(0, 4));
  EXPECT_THAT(Selected("session == 8"), ElementsAre(2, 3));
  EXPECT_THAT(Selected("session != 8"), ElementsAre(0, 1, 4, 5));
  EXPECT_THAT(Selected("session = 9007199254740993"), ElementsAre(5));
  EXPECT_THAT(Selected("surprisal >= 5.5"), ElementsAre(0, 3, 5));
  EXPECT_THAT(Selected("surprisal>5.5"), ElementsAre(3, 5));
  EXPECT_THAT(Selected("surprisal <= 2e0"), ElementsAre(1, 4));
  EXPECT_THAT(Selected("surprisal < +2"), ElementsAre(1));
  EXPECT_THAT(Selected("stop = True"), ElementsAre(2, 3));
  EXPECT_THAT(Selected("stop = 0"), ElementsAre(0, 1, 4, 5));
}

TEST(ConditionTest, NamesAndValuesInQuotationMarksMayHoldAnything) {
  EXPECT_THAT(Selected("\"word form\" in 'in' \"it's\""), ElementsAre(2, 4));
  EXPECT_THAT(Selected("'word form' = '\"'"), ElementsAre(3));
  EXPECT_THAT(Selected("'word form' = it's"), ElementsAre(4));
  EXPECT_THAT(Selected("'word form' = ö"), ElementsAre(5));
}

TEST(ConditionTest, AndBindsCloserThanOrAndNotClosest) {
  EXPECT_THAT(Selected("pos = ADV or pos = NOUN and surprisal < 3"), ElementsAre(4, 5));
  EXPECT_THAT(Selected("(pos = ADV or pos = NOUN) and surprisal < 6"), ElementsAre(0, 4));
  EXPECT_THAT(Selected("not session = 8 and surprisal > 1"), ElementsAre(0, 4, 5));
  EXPECT_THAT(Selected("not (session = 8 or surprisal > 1)"), ElementsAre(1));
}

TEST(ConditionTest, MissingValuesMatchNothingButIsMissing) {
  EXPECT_THAT(Selected("pos != NOUN"), ElementsAre(1, 2, 5));
  EXPECT_THAT(Selected("pos not in NOUN"), ElementsAre(1, 2, 5));
  EXPECT_THAT(Selected("not surprisal > 5"), ElementsAre(1, 4));
  EXPECT_THAT(Selected("not (surprisal > 5)"), ElementsAre(1, 4));
  EXPECT_THAT(Selected("surprisal is missing"), ElementsAre(2));
  EXPECT_THAT(Selected("pos is not missing and session = 8"), ElementsAre(2));
  EXPECT_THAT(Selected("surprisal > 5 or pos = DET"), ElementsAre(0, 2, 3, 5));
}

// numpy.quantile of {0 .. 9} is 2.25, 4.5, 6.75, and pandas.qcut takes a bound to the lower side.
TEST(ConditionTest, QuartilesPartTheNumbersAsPandasDoes) {
  const WordTableValues table = {NumberColumn("x", {3, 0, 9, 6, 1, 8, 2, 7, 4, 5, kMissing})};
  EXPECT_THAT(Selected("quartile(x) = 1", table), ElementsAre(1, 4, 6));
  EXPECT_THAT(Selected("quartile(x) = 2", table), ElementsAre(0, 8));
  EXPECT_THAT(Selected("quartile(x) in 3 4", table), ElementsAre(2, 3, 5, 7, 9));
  EXPECT_THAT(Selected("quartile(x) >= 4", table), ElementsAre(2, 5, 7));
  // quantile of {1, 2, 2, 2, 3} is 2, 2, 2: equal numbers stay together, in the lower quartile.
  const WordTableValues ties = {NumberColumn("x", {2, 1, 2, 3, 2})};
  EXPECT_THAT(Selected("quartile(x) = 1", ties), ElementsAre(0, 1, 2, 4));
  EXPECT_THAT(Selected("quartile(x) = 4", ties), ElementsAre(3));
  EXPECT_THAT(RefusalOfCondition("quartile(x) = 2", ties), HasSubstr("none of the 5 words"));
}

TEST(ConditionTest, WordsThatAMissingValueLeavesOutAreCounted) {
  const auto count = [](const std::string& text) {
    return WordCondition::Parse(text)->Select(Table())->without_value;
  };
  EXPECT_EQ(count("surprisal > 5"), 1);
  EXPECT_EQ(count("surprisal > 5 and session != 8"), 0);  // the session leaves that word out anyway
  EXPECT_EQ(count("surprisal > 5 or pos = NOUN"), 1);
  EXPECT_EQ(count("surprisal is missing"), 0);
}

TEST(ConditionTest, QuartilesAreThoseOfTheWordsThatTheOtherPartsSelect) {
  const WordTableValues table = {NumberColumn("x", {1, 2, 3, 4, 100, 200, 300, 400}),
                                 TextColumn("pos", {"A", "A", "A", "A", "B", "B", "B", "B"})};
  EXPECT_THAT(Selected("quartile(x) = 4", table), ElementsAre(6, 7));
  EXPECT_THAT(Selected("pos = A and quartile(x) = 4", table), ElementsAre(3));
  EXPECT_THAT(Selected("quartile(x) = 4 and pos = A", table), ElementsAre(3));
  EXPECT_THAT(Selected("pos = A or quartile(x) = 4", table), ElementsAre(0, 1, 2, 3, 6, 7));
}

TEST(ConditionTest, MistakesAreNamedWithWhatWouldBeRight) {
  EXPECT_THAT(RefusalOfCondition("poss = NOUN"),
              AllOf(HasSubstr("no column poss"), HasSubstr("pos, surprisal, session")));
  EXPECT_THAT(RefusalOfCondition("pos = VERBB"),
              AllOf(HasSubstr("no word has VERBB"), HasSubstr("ADV, DET, NOUN, VERB")));
  EXPECT_THAT(RefusalOfCondition("surprisal > high"),
              AllOf(HasSubstr("'high' is none"), HasSubstr("from 1 to 9")));
  EXPECT_THAT(RefusalOfCondition("pos > NOUN"), HasSubstr("use =, != or in"));
  EXPECT_THAT(RefusalOfCondition("stop = maybe"), HasSubstr("give true or false"));
  EXPECT_THAT(RefusalOfCondition("quartile(surprisal) = 5"), HasSubstr("they are 1 to 4"));
  EXPECT_THAT(RefusalOfCondition("quartile(pos) = 1"), HasSubstr("a quartile is one of numbers"));
  EXPECT_THAT(RefusalOfCondition("surprisal > 100"), HasSubstr("none of the 6 words satisfies"));
}

TEST(ConditionTest, TextsThatAreNoConditionAreRefusedAtTheirPlace) {
  EXPECT_THAT(RefusalOfCondition(""), HasSubstr("is empty"));
  EXPECT_THAT(RefusalOfCondition("  "), HasSubstr("is empty"));
  EXPECT_THAT(RefusalOfCondition("pos"),
              AllOf(HasSubstr("ends after pos"), HasSubstr("give =, !=")));
  EXPECT_THAT(RefusalOfCondition("pos = "), HasSubstr("give a value"));
  EXPECT_THAT(RefusalOfCondition("pos in and"), HasSubstr("at least one value"));
  EXPECT_THAT(RefusalOfCondition("pos = NOUN AND pos = DET"), HasSubstr("'AND' at character 12"));
  EXPECT_THAT(RefusalOfCondition("(pos = NOUN"), HasSubstr("close the parenthesis"));
  EXPECT_THAT(RefusalOfCondition("pos = NOUN)"), HasSubstr("')' at character 11"));
  EXPECT_THAT(RefusalOfCondition("pos = 'NOUN"), HasSubstr("character 7 that is not closed"));
  EXPECT_THAT(RefusalOfCondition("quartile(surprisal = 4"), HasSubstr("close it with )"));
  EXPECT_THAT(RefusalOfCondition("pos is"), HasSubstr("missing"));
  EXPECT_THAT(RefusalOfCondition("pos ! NOUN"), HasSubstr("'!' at character 5"));
  EXPECT_THAT(RefusalOfCondition("pos = \x01"), HasSubstr("is not text"));
  EXPECT_THAT(RefusalOfCondition("pos = \xFF"), HasSubstr("is not text"));
  EXPECT_THAT(RefusalOfCondition(std::string(100000, '(')), HasSubstr("at most 4096"));
  EXPECT_THAT(RefusalOfCondition(std::string(4000, '(')), HasSubstr("more than 64 parentheses"));
}

TEST(ConditionTest, ThePlainSpellingIsReadAsTheSameCondition) {
  const std::string text = "not(pos in('and',\"in\" ,NOUN)or surprisal>=5)and 'word form'=\"it's\"";
  const auto condition = WordCondition::Parse(text);
  ASSERT_TRUE(condition.ok()) << condition.status();
  EXPECT_EQ(condition->text(),
            "not (pos in \"and\" \"in\" NOUN or surprisal >= 5) and \"word form\" = it's");
  EXPECT_EQ(WordCondition::Parse(condition->text())->text(), condition->text());
  EXPECT_THAT(condition->columns(), ElementsAre("pos", "surprisal", "word form"));
}

}  // namespace
}  // namespace brainalign
