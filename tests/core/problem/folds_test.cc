#include "core/problem/folds.h"

#include <algorithm>
#include <vector>

#include "core/problem/segments.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace brainalign {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

AlignmentSpec SpecOf(int folds, FoldBy fold_by, double purge_seconds, Selection selection) {
  AlignmentSpec spec;
  spec.folds = folds;
  spec.fold_by = fold_by;
  spec.purge_seconds = purge_seconds;
  spec.selection = selection;
  spec.inner_folds = 2;
  return spec;
}

TEST(FoldsTest, FirstFoldsHoldTheOddWords) {
  EXPECT_THAT(ContiguousFolds(7, 3), ElementsAre(Words{0, 1, 2}, Words{3, 4}, Words{5, 6}));
}

TEST(FoldsTest, GroupsStayWholeInOrderOfFirstAppearance) {
  // Groups 9, 2, 5 in order of appearance: two folds hold {9, 2} and {5}.
  EXPECT_THAT(GroupFolds({9, 9, 2, 5, 2, 5}, 2), ElementsAre(Words{0, 1, 2, 4}, Words{3, 5}));
}

// SplitMix64 puts 0..11 in the order 10 3 11 5 | 7 4 1 2 | 8 9 6 0, by in_fold_order of
// tests/golden/make_golden.py.
TEST(FoldsTest, ShuffledFoldsFollowSplitMix) {
  FoldInputs inputs;
  inputs.words = 12;
  std::vector<FieldProblem> problems;
  const auto folds =
      MakeFolds(inputs, SpecOf(3, FoldBy::kShuffled, 0, Selection::kBlocked), problems);
  ASSERT_THAT(problems, IsEmpty());
  ASSERT_EQ(folds.size(), 3u);
  EXPECT_THAT(folds[0].test, ElementsAre(3, 5, 10, 11));
  EXPECT_THAT(folds[0].train, ElementsAre(0, 1, 2, 4, 6, 7, 8, 9));
  EXPECT_THAT(folds[0].purged, IsEmpty());
  EXPECT_THAT(folds[0].inner[0].held, ElementsAre(1, 2, 4, 7));
  EXPECT_THAT(folds[0].inner[1].held, ElementsAre(0, 6, 8, 9));
  EXPECT_THAT(folds[1].test, ElementsAre(1, 2, 4, 7));
  EXPECT_THAT(folds[1].inner[0].held, ElementsAre(3, 5, 10, 11));
  EXPECT_THAT(folds[2].test, ElementsAre(0, 6, 8, 9));
  EXPECT_THAT(folds[2].inner[1].held, ElementsAre(1, 2, 4, 7));
}

TEST(FoldsTest, PurgeIsByOnsetInsideASession) {
  FoldInputs inputs;
  inputs.words = 5;
  inputs.onsets_seconds = {0.0, 1.0, 2.0, 2.5, 2.1};
  inputs.sessions = {0, 0, 0, 0, 1};
  // Word 2 is the test word. Word 1 lies exactly at the limit and stays; word 4 is
  // near in seconds but in another session.
  EXPECT_THAT(WordsNear(inputs, {0, 1, 3, 4}, {2}, 1.0), ElementsAre(3));
}

TEST(FoldsTest, OnOneClockWordsOfDifferentSessionsAreNearWhereTheyShareSamples) {
  FoldInputs inputs;
  inputs.words = 5;
  inputs.onsets_seconds = {0.0, 2.1, 3.5, 3.9, 5.0};
  inputs.sessions = {0, 0, 1, 1, 1};
  inputs.one_clock = true;
  inputs.epoch_seconds = 1.5;
  // Word 1 is the test word: 2 shares samples with it, and 3 is only nearer than is asked for.
  EXPECT_THAT(WordsNear(inputs, {0, 2, 3, 4}, {1}, 2.5), ElementsAre(0, 2));
  inputs.one_clock = false;
  EXPECT_THAT(WordsNear(inputs, {0, 2, 3, 4}, {1}, 2.5), ElementsAre(0));
}

TEST(FoldsTest, GroupsThatAreNoSessionsArePurgedOfTheirNeighbours) {
  FoldInputs inputs;
  inputs.words = 12;
  for (int i = 0; i < 12; ++i) {
    inputs.onsets_seconds.push_back(i);
    inputs.groups.push_back(i / 2 % 3);
  }
  std::vector<FieldProblem> problems;
  const auto folds = MakeFolds(inputs, SpecOf(3, FoldBy::kGroup, 1.5, Selection::kGcv), problems);
  ASSERT_THAT(problems, IsEmpty());
  EXPECT_THAT(folds[0].test, ElementsAre(0, 1, 6, 7));
  EXPECT_THAT(folds[0].purged, ElementsAre(2, 5, 8));
  EXPECT_EQ(CountPurgedAcrossGroups(inputs, folds, 1.5), 3 + 4 + 3);
}

TEST(FoldsTest, PurgeOfAnEpochsLengthIsNotBlamedOnItsOption) {
  FoldInputs inputs;
  inputs.words = 6;
  inputs.onsets_seconds = {0, 1, 2, 3, 4, 5};
  inputs.epoch_seconds = 45;
  inputs.advice = "the times look like samples";
  std::vector<FieldProblem> problems;
  MakeFolds(inputs, SpecOf(2, FoldBy::kContiguous, 45, Selection::kGcv), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "brain.times_seconds");
  EXPECT_THAT(problems[0].description,
              ::testing::AllOf(HasSubstr("span 45 s"), HasSubstr("the times look like samples")));
}

TEST(FoldsTest, FoldsOfOneWordAreRefused) {
  FoldInputs inputs;
  inputs.words = 7;
  std::vector<FieldProblem> problems;
  MakeFolds(inputs, SpecOf(4, FoldBy::kContiguous, 0, Selection::kGcv), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].description, HasSubstr("use at most 3 folds"));
  problems.clear();
  inputs.groups = {4, 4, 4, 9, 5, 5, 5};
  MakeFolds(inputs, SpecOf(3, FoldBy::kGroup, 0, Selection::kGcv), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "options.fold_by");
  EXPECT_THAT(problems[0].description, HasSubstr("group 9, which has one word"));
}

TEST(FoldsTest, PurgeLooksAtOnsetsAndNotAtOrder) {
  FoldInputs inputs;
  inputs.words = 4;
  inputs.onsets_seconds = {5.0, 0.0, 9.0, 5.2};  // steps backwards
  EXPECT_THAT(WordsNear(inputs, {1, 2, 3}, {0}, 1.0), ElementsAre(3));
}

TEST(FoldsTest, InnerFoldsPartitionTheTrainingWordsAndArePurged) {
  FoldInputs inputs;
  inputs.words = 12;
  for (int i = 0; i < 12; ++i) inputs.onsets_seconds.push_back(i);
  std::vector<FieldProblem> problems;
  const auto folds =
      MakeFolds(inputs, SpecOf(3, FoldBy::kContiguous, 1.5, Selection::kBlocked), problems);
  ASSERT_THAT(problems, IsEmpty());
  ASSERT_EQ(folds.size(), 3u);
  EXPECT_THAT(folds[1].test, ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(folds[1].purged, ElementsAre(3, 8));
  EXPECT_THAT(folds[1].train, ElementsAre(0, 1, 2, 9, 10, 11));
  ASSERT_EQ(folds[1].inner.size(), 2u);
  EXPECT_THAT(folds[1].inner[0].held, ElementsAre(0, 1, 2));
  EXPECT_THAT(folds[1].inner[0].purged, IsEmpty());
  EXPECT_THAT(folds[0].inner[0].held, ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(folds[0].inner[0].purged, ElementsAre(9));
}

TEST(FoldsTest, PurgeThatLeavesNothingIsRefusedWithTheValue) {
  FoldInputs inputs;
  inputs.words = 6;
  inputs.onsets_seconds = {0, 1, 2, 3, 4, 5};
  std::vector<FieldProblem> problems;
  MakeFolds(inputs, SpecOf(2, FoldBy::kContiguous, 100, Selection::kGcv), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].field, "options.purge_seconds");
  EXPECT_THAT(problems[0].description, HasSubstr("100"));
}

TEST(FoldsTest, FewerGroupsThanFoldsIsRefusedWithBothNumbers) {
  FoldInputs inputs;
  inputs.words = 4;
  inputs.groups = {0, 0, 1, 1};
  std::vector<FieldProblem> problems;
  MakeFolds(inputs, SpecOf(5, FoldBy::kGroup, 0, Selection::kGcv), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].description,
              ::testing::AllOf(HasSubstr("only 2 groups"), HasSubstr("use at most 2 folds")));
}

TEST(FoldsTest, OneGroupIsNotToldToUseOneFold) {
  FoldInputs inputs;
  inputs.words = 40;
  inputs.groups.assign(40, 3);
  std::vector<FieldProblem> problems;
  MakeFolds(inputs, SpecOf(5, FoldBy::kGroup, 0, Selection::kGcv), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].description, ::testing::AllOf(HasSubstr("all words are in one group"),
                                                        HasSubstr("use fold_by contiguous"),
                                                        ::testing::Not(HasSubstr("at most"))));
}

TEST(FoldsTest, AGroupWhoseWordsWereAllDroppedIsNamed) {
  FoldInputs inputs;
  inputs.words = 8;
  inputs.groups = {0, 0, 1, 1, 2, 2, 4, 4};
  inputs.emptied_groups = {3};
  std::vector<FieldProblem> problems;
  MakeFolds(inputs, SpecOf(5, FoldBy::kGroup, 0, Selection::kGcv), problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_THAT(problems[0].description,
              ::testing::AllOf(HasSubstr("only 4 groups"), HasSubstr("5 were given"),
                               HasSubstr("all words of group 3 were dropped")));
}

// Every set of every fold, rebuilt from segments, is the set it stands for.
void ExpectSegmentsToMatch(const std::vector<OuterFold>& folds, std::int32_t words) {
  const Segments segments = MakeSegments(folds, words);
  const auto words_at = [&](std::vector<std::int32_t> positions) {
    Words found;
    for (std::int32_t p : positions) found.push_back(segments.word[static_cast<std::size_t>(p)]);
    std::sort(found.begin(), found.end());
    return found;
  };
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const FoldSets& sets = segments.folds[k];
    EXPECT_EQ(words_at(Positions(segments, sets.test)), folds[k].test);
    EXPECT_EQ(sets.train_count, static_cast<std::int64_t>(folds[k].train.size()));
    Words train;
    for (std::size_t j = 0; j < sets.parts.size(); ++j) {
      const Words part = words_at(Positions(segments, sets.parts[j]));
      EXPECT_EQ(sets.parts[j].count, static_cast<std::int64_t>(part.size()));
      train.insert(train.end(), part.begin(), part.end());
      if (folds[k].inner.empty()) continue;
      EXPECT_EQ(part, folds[k].inner[j].held);
      EXPECT_EQ(words_at(sets.purged[j]), folds[k].inner[j].purged);
    }
    std::sort(train.begin(), train.end());
    EXPECT_EQ(train, folds[k].train);
  }
}

TEST(SegmentsTest, RebuildEverySetOfContiguousFolds) {
  FoldInputs inputs;
  inputs.words = 103;
  for (int i = 0; i < 103; ++i) inputs.onsets_seconds.push_back(0.4 * i);
  std::vector<FieldProblem> problems;
  const auto folds =
      MakeFolds(inputs, SpecOf(5, FoldBy::kContiguous, 1.0, Selection::kBlocked), problems);
  ASSERT_THAT(problems, IsEmpty());
  ExpectSegmentsToMatch(folds, 103);
}

TEST(SegmentsTest, RebuildEverySetOfInterleavedGroups) {
  FoldInputs inputs;
  inputs.words = 60;
  for (int i = 0; i < 60; ++i) {
    inputs.groups.push_back(i % 7);
    inputs.onsets_seconds.push_back(i % 11);
  }
  inputs.sessions = inputs.groups;
  std::vector<FieldProblem> problems;
  const auto folds =
      MakeFolds(inputs, SpecOf(3, FoldBy::kGroup, 0.5, Selection::kBlocked), problems);
  ASSERT_THAT(problems, IsEmpty());
  ExpectSegmentsToMatch(folds, 60);
}

}  // namespace
}  // namespace brainalign
